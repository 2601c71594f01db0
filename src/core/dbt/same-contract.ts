import type { JsonObject, JsonValue } from '#core/base';
import { compareText, isJsonObject } from '#core/base';
import { behaves } from './behaviours.ts';
import type { DbtNode } from './project.ts';
import type { StateContext } from './state-context.ts';
import { sameButForEmpty, typedEqual } from './typed-equal.ts';

/** One way in which a contract changed. `breaking` as dbt judges it. */
export interface ContractItem {
  readonly kind:
    | 'enforced'
    | 'enforcement-removed'
    | 'column-added'
    | 'column-removed'
    | 'column-retyped'
    | 'constraint-removed'
    | 'materialization-changed'
    | 'model-removed'
    | 'model-disabled'
    | 'other';
  readonly breaking: boolean;
  /** A phrase: `column name removed`, `column id int → bigint`. */
  readonly text: string;
}

/** Constraint types that an adapter really enforces (dbt adapters, `CONSTRAINT_SUPPORT`); the rest of the adapters enforce `byDefault`. */
const enforcedBy: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['postgres', new Set(['check', 'not_null', 'unique', 'primary_key', 'foreign_key'])],
  ['duckdb', new Set(['check', 'not_null', 'unique', 'primary_key', 'foreign_key'])],
  ['snowflake', new Set(['not_null'])],
  ['bigquery', new Set(['not_null'])],
  ['redshift', new Set(['not_null'])],
  ['spark', new Set<string>()],
  ['athena', new Set<string>()],
]);
const byDefault: ReadonlySet<string> = new Set(['not_null', 'foreign_key']);

const enforcingMaterializations: ReadonlySet<string> = new Set(['table', 'incremental']);

/** How a model's contract changed; empty when dbt's `ModelNode.same_contract` holds. Only models have contracts. */
export function contractDifferences(context: StateContext, old: DbtNode, head: DbtNode): readonly ContractItem[] {
  const isKept = old.contractEnforced && head.contractEnforced && !behaves(context.engine, 'contractChecksum');
  return isKept ? [] : contractItems(context, old, head);
}

/** The same, looking into the contract also where this dbt does not. */
export function contractItems(context: StateContext, old: DbtNode, head: DbtNode): readonly ContractItem[] {
  if (head.resourceType !== 'model' || (!old.contractEnforced && !head.contractEnforced)) return [];
  if (!old.contractEnforced) return [{ kind: 'enforced', breaking: false, text: 'contract enforced' }];
  const hasDigest = behaves(context.engine, 'contractChecksum');
  if (head.contractEnforced && hasDigest && typedEqual(checksumOf(old), checksumOf(head))) return [];
  const items = [
    ...(head.contractEnforced
      ? []
      : [{ kind: 'enforcement-removed', breaking: true, text: 'contract no longer enforced' } as const]),
    ...columnItems(context, old, head),
    ...(behaves(context.engine, 'contractConstraints') ? constraintItems(context, old, head) : []),
  ];
  return items.length > 0 || !hasDigest ? items : [{ kind: 'other', breaking: false, text: 'contract changed' }];
}

function checksumOf(node: DbtNode): JsonValue | undefined {
  const contract = node.entry['contract'];
  return isJsonObject(contract) ? contract['checksum'] : undefined;
}

function columnItems(context: StateContext, old: DbtNode, head: DbtNode): readonly ContractItem[] {
  const items: ContractItem[] = [];
  for (const [key, column] of [...old.columns].sort(([a], [b]) => compareText(a, b))) {
    const now = head.columns.get(key);
    if (now === undefined)
      items.push({ kind: 'column-removed', breaking: true, text: `column ${column.name} removed` });
    else if (column.dataType !== now.dataType) {
      const breaking = !behaves(context.engine, 'typeFamilies') || familyOf(column.dataType) !== familyOf(now.dataType);
      const text = `column ${column.name} ${column.dataType ?? 'untyped'} → ${now.dataType ?? 'untyped'}`;
      items.push({ kind: 'column-retyped', breaking, text });
    }
  }
  for (const [key, column] of head.columns) {
    if (!old.columns.has(key))
      items.push({ kind: 'column-added', breaking: false, text: `column ${column.name} added` });
  }
  return items;
}

/** A type without size, precision and scale, in lower case; aliases stay apart, as in dbt. */
function familyOf(type: string | null): string | null {
  return type === null ? null : (type.split('(')[0] ?? '').trim().toLowerCase();
}

function constraintItems(context: StateContext, old: DbtNode, head: DbtNode): readonly ContractItem[] {
  if (!enforcesConstraints(old)) return [];
  const enforced = enforcedBy.get(context.head.metadata.adapterType ?? '') ?? byDefault;
  const constraintsOf = behaves(context.engine, 'contractChecksum') ? constraintsIn : bareConstraintsIn;
  const items: ContractItem[] = [];
  let hasConstraints = constraintsOf(old.entry).length > 0;
  for (const [key, column] of [...old.columns].sort(([a], [b]) => compareText(a, b))) {
    const before = constraintsOf(column.entry);
    hasConstraints ||= before.length > 0;
    const now = head.columns.get(key);
    if (now !== undefined)
      items.push(...removedConstraints(before, constraintsOf(now.entry), enforced, `of column ${column.name}`));
  }
  items.push(...removedConstraints(constraintsOf(old.entry), constraintsOf(head.entry), enforced, 'of the model'));
  if (hasConstraints && !enforcesConstraints(head)) {
    const text = `materialized ${old.materialized} → ${head.materialized}, which enforces no constraints`;
    items.push({ kind: 'materialization-changed', breaking: true, text });
  }
  return items;
}

function removedConstraints(
  before: readonly JsonObject[],
  after: readonly JsonObject[],
  enforced: ReadonlySet<string>,
  where: string,
): readonly ContractItem[] {
  const items: ContractItem[] = [];
  for (const constraint of before) {
    const type = constraint['type'];
    if (typeof type !== 'string' || !enforced.has(type) || after.some((other) => typedEqual(constraint, other)))
      continue;
    items.push({ kind: 'constraint-removed', breaking: true, text: `constraint ${type} ${where} removed` });
  }
  return items;
}

/** Without what each engine writes its own way: whether to warn, and what is empty. */
function bareConstraintsIn(entry: JsonObject): readonly JsonObject[] {
  return constraintsIn(entry).map((constraint) =>
    Object.fromEntries(
      Object.entries(constraint).filter(([key, value]) => !key.startsWith('warn_') && !sameButForEmpty(value, null)),
    ),
  );
}

function constraintsIn(entry: JsonObject): readonly JsonObject[] {
  const constraints = entry['constraints'];
  return Array.isArray(constraints) ? (constraints as readonly JsonValue[]).filter(isJsonObject) : [];
}

function enforcesConstraints(node: DbtNode): boolean {
  return enforcingMaterializations.has(node.materialized);
}
