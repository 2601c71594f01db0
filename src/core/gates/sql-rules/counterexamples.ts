import type { UniqueId } from '#core/base';
import { toUniqueId } from '#core/base';
import type { AnalyzedSide, Change } from '#core/change';
import type { Answers, CounterexampleQuestion, SearchedRelation, Side } from '#core/evidence';
import { counterexampleQuestion, tellCounterexample } from '#core/evidence';
import type { RuleInput } from '#core/rules';
import { compareModels, isKnownInPart, planContext, sourcesIn, sqlPutForward } from '#core/rules';
import { type Identifier, toDialect } from '#core/sql';
import type { Finding } from '../gate.ts';
import type { Found } from './found.ts';

/** Of each model with a finding about its SQL that blocks or warns, the question on which rows its two sides differ. */
export function askCounterexamples(change: Change, found: readonly Found[]): readonly CounterexampleQuestion[] {
  const { input } = compareModels(change);
  const ids = new Set(found.filter(isSearched).map(({ finding }) => finding.uniqueId));
  const whole = [...ids].filter((uniqueId) => !isKnownInPart(change, uniqueId));
  return whole.flatMap((uniqueId) => questionOf(input, uniqueId) ?? []);
}

/** What a search says of a finding; it is shown once a model, with the first of its findings. */
export function counterexampleOf(answers: Answers, { finding }: Found): Pick<Finding, 'counterexample'> {
  const answer = answers.get(`counterexample:${finding.uniqueId}`);
  if (answer === undefined) return {};
  if (!answer.known) return { counterexample: tellCounterexample(answer) };
  if (answer.kind !== 'counterexample') return {};
  return { counterexample: answer.found ?? tellCounterexample(answer) };
}

/** Whether rows are to be shown for a finding: it is about the SQL, and it blocks or warns. */
export function isSearched({ finding, severity }: Found): boolean {
  return finding.edits.length > 0 && severity < 'S3';
}

/** The question on which rows the two sides of a model differ; null where one has no SQL. */
export function questionOf(input: RuleInput, uniqueId: UniqueId): CounterexampleQuestion | null {
  const { base, head } = input.change;
  const [before, after] = [base, head].map(({ project }) => project.nodes.get(uniqueId)?.compiledCode ?? null);
  if (before == null || after == null) return null;
  return counterexampleQuestion({
    uniqueId,
    dialect: toDialect(head.project.metadata.adapterType),
    base: sqlPutForward(input.change, uniqueId, before),
    head: after,
    relations: relationsOf(input, uniqueId),
    definitions: [...definitionsOf(base, head, uniqueId), ...definitionsOf(head, base, uniqueId)],
  });
}

const mostDefinitions = 30;

/** The SQL of the models that a side reads and the other does not, and of what these read. */
function definitionsOf(
  { project }: AnalyzedSide,
  other: AnalyzedSide,
  uniqueId: UniqueId,
): NonNullable<CounterexampleQuestion['definitions']> {
  const theirs = other.project.nodes.get(uniqueId)?.dependsOn.nodes ?? [];
  const ids = new Set(project.nodes.get(uniqueId)?.dependsOn.nodes.filter((id) => !theirs.includes(id)));
  const found: { readonly names: readonly string[]; readonly sql: string }[] = [];
  // A set that grows while it is walked.
  for (const id of ids) {
    const node = project.nodes.get(id);
    if (node?.compiledCode == null || node.relationName === null || found.length >= mostDefinitions) continue;
    found.push({ names: [node.relationName], sql: node.compiledCode });
    for (const parent of node.dependsOn.nodes) ids.add(parent);
  }
  return found;
}

interface Read {
  readonly id: UniqueId | null;
  readonly key: string;
  readonly names: Set<string>;
}

/** Every relation that either side reads, once for both, with what head knows of its rows. */
function relationsOf(input: RuleInput, uniqueId: UniqueId): readonly SearchedRelation[] {
  const reads = new Map<string, Read>();
  for (const side of ['base', 'head'] as const) readBy(input.change, { side, uniqueId }, reads);
  const all = [...reads.values()];
  const named = new Map(all.map((read) => [read.key, nameOf(input.change, read)]));
  const nameById = new Map(all.map((read) => [read.id, named.get(read.key) ?? read.key]));
  return all.map((read) => ({
    ...describe(input, read.id, nameById),
    name: named.get(read.key) ?? read.key,
    names: [...read.names],
  }));
}

function readBy(
  change: Change,
  { side, uniqueId }: { readonly side: Side; readonly uniqueId: UniqueId },
  reads: Map<string, Read>,
): void {
  const own = change[side];
  const tree = own.trees.get(uniqueId);
  if (tree === undefined) return;
  const context = planContext(own, uniqueId, change[side === 'base' ? 'head' : 'base']);
  for (const { source, ctes } of sourcesIn(tree)) {
    const { from } = source;
    if (from.kind !== 'table' || isCte(from.name, ctes)) continue;
    const known = context.relation(from.name);
    const key = known?.name ?? from.name.map(({ name }) => name.toLowerCase()).join('.');
    const id = known?.uniqueId == null ? null : toUniqueId(known.uniqueId);
    const read = reads.get(key) ?? { id, key, names: new Set<string>() };
    read.names.add(from.name.map(({ name }) => `"${name.replaceAll('"', '""')}"`).join('.'));
    for (const name of builtNames(change, id)) read.names.add(name);
    reads.set(key, read);
  }
}

function isCte(name: readonly Identifier[], ctes: ReadonlySet<string>): boolean {
  const [first, second] = name;
  return first !== undefined && second === undefined && ctes.has(first.name.toLowerCase());
}

/** The relation's names as dbt writes them, on both sides. */
function builtNames({ base, head }: Change, id: UniqueId | null): readonly string[] {
  if (id === null) return [];
  return [base, head].flatMap(({ project }) => project.nodes.get(id)?.relationName ?? []);
}

function nameOf({ base, head }: Change, { id, key }: Read): string {
  const node = id === null ? undefined : (head.project.nodes.get(id) ?? base.project.nodes.get(id));
  return node?.name ?? key;
}

function describe(
  { change, facts }: RuleInput,
  id: UniqueId | null,
  names: ReadonlyMap<UniqueId | null, string>,
): Omit<SearchedRelation, 'name' | 'names'> {
  if (id === null) return { columns: [], keys: [], notNull: [], accepted: [], references: [] };
  const side = change.head.project.nodes.has(id) ? 'head' : 'base';
  const { keys, notNull, accepted, foreignKeys } = facts[side].of(id);
  return {
    columns: columnsOf(change[side], id),
    keys: keys.map(({ columns }) => columns).filter((columns) => columns.length > 0),
    notNull: [...notNull.keys()],
    accepted: [...accepted].map(([column, { values }]) => ({ column, values: values.map(String) })),
    references: foreignKeys.flatMap(({ column, to }) => {
      const relation = names.get(to.relation);
      return relation === undefined ? [] : [{ column, relation, to: to.column }];
    }),
  };
}

function columnsOf({ catalog, lineage, project }: AnalyzedSide, id: UniqueId): SearchedRelation['columns'] {
  const told = catalog?.get(id)?.columns ?? [];
  if (told.length > 0) return told.map(({ name, type }) => ({ name, type: type === '' ? null : type }));
  const declared = project.nodes.get(id)?.columns ?? new Map<string, never>();
  const traced = (lineage.get(id)?.columns ?? []).map(({ column, type }) => ({ name: column, type }));
  const known = new Set(traced.map(({ name }) => name.toLowerCase()));
  const others = [...declared.values()].filter(({ name }) => !known.has(name.toLowerCase()));
  return [...traced, ...others.map(({ name, dataType }) => ({ name, type: dataType }))];
}
