import type { DbtCatalog, DbtNode, DbtProject } from '#core/dbt';
import type { NodeLineage } from '#core/lineage';
import type { CategoryId, Sensitivity } from './category.ts';
import { categoryOf } from './category.ts';
import { columnOf } from './column-at.ts';
import type { TableTraits } from './dictionary.ts';
import type { ProjectWords } from './guess.ts';
import type { Label } from './labels.ts';
import { readNodeLabel } from './labels.ts';
import type { LabelReader } from './registry.ts';
import type { Classify } from './remember-names.ts';
import { isPersonTable, traitsOf } from './table-traits.ts';

/** How it is known that a column is personal: by its own label, by its model's label and its name, or by its name alone. */
export type Known = 'label' | 'model-label' | 'dictionary';

/** That a column is personal data, as said of this column itself and not of those before it. */
export interface Personal {
  readonly category: CategoryId;
  readonly sensitivity: Sensitivity;
  readonly known: Known;
}

/** What is said of one column where it stands. */
export interface ColumnStatement {
  readonly label: Label | null;
  readonly personal: readonly Personal[];
}

/** What is known of columns besides the project itself. */
export interface Knowledge {
  readonly catalog: DbtCatalog | null;
  /** Whether a name alone makes a column personal. */
  readonly dictionary: boolean;
  readonly words: ProjectWords;
  readonly labelOf: LabelReader;
}

/** What labels and names say of every column of a node, by lower-case name. */
export function statementsOf(
  { uniqueId, columns }: NodeLineage,
  project: DbtProject,
  knowledge: Knowledge & { readonly classify: Classify },
): ReadonlyMap<string, ColumnStatement> {
  const node = project.nodes.get(uniqueId);
  const listed = knowledge.catalog?.get(uniqueId)?.columns ?? [];
  const types = new Map(listed.map(({ name, type }) => [name.toLowerCase(), type]));
  const modelLabel = node === undefined ? null : readNodeLabel(node);
  const names = columns.map(({ column }) => column);
  const personTable = modelLabel?.pii === true || isPersonTable(node?.name ?? '', names, knowledge);
  const table = traitsOf(node?.name ?? '', names, knowledge);
  const around = { node, types, modelLabel, personTable, table, knowledge };
  return new Map(names.map((name) => [name.toLowerCase(), statementOf(name, around)]));
}

interface Around {
  readonly node: DbtNode | undefined;
  /** Types of the catalog by lower-case name. */
  readonly types: ReadonlyMap<string, string>;
  readonly modelLabel: Label | null;
  readonly personTable: boolean;
  readonly table: TableTraits;
  readonly knowledge: Knowledge & { readonly classify: Classify };
}

function statementOf(
  name: string,
  { node, types, modelLabel, personTable, table, knowledge }: Around,
): ColumnStatement {
  const { classify, dictionary, labelOf } = knowledge;
  const entry = columnOf(node, name);
  const label = labelOf(node, name);
  const dataType = types.get(name.toLowerCase()) ?? entry?.dataType ?? null;
  const guess =
    classify(name, { personTable, table, dataType, description: entry?.description ?? '' })?.category ?? null;
  return { label, personal: label === null ? byName(guess, modelLabel, dictionary) : byLabel(guess, label) };
}

function byLabel(guess: CategoryId | null, label: Label): readonly Personal[] {
  if (!label.pii) return [];
  const types = label.types.length > 0 ? label.types : [guess ?? 'unspecified'];
  return types.map((category) => ({ category, sensitivity: labelSensitivity(label, category), known: 'label' }));
}

/** A model's label says that some columns are personal; their names say which. */
function byName(guess: CategoryId | null, modelLabel: Label | null, dictionary: boolean): readonly Personal[] {
  if (guess === null || modelLabel?.pii === false) return [];
  const { sensitivity } = categoryOf(guess);
  if (modelLabel?.pii === true) return [{ category: guess, sensitivity, known: 'model-label' }];
  return dictionary ? [{ category: guess, sensitivity, known: 'dictionary' }] : [];
}

/** A label weighs at least 2: somebody took the trouble, even for a key or a city. */
export function labelSensitivity(label: Label, category: CategoryId): Sensitivity {
  if (label.sensitivity !== null) return label.sensitivity;
  const own = categoryOf(category).sensitivity;
  return own < 2 ? 2 : own;
}
