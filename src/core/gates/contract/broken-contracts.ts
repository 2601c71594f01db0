import { toFingerprint, toLine } from '#core/base';
import type { Change } from '#core/change';
import type { ContractBreak } from '#core/dbt';
import { descendantsOf, findContractBreaks, stateContext } from '#core/dbt';
import type { Finding } from '../gate.ts';
import { placeOfNode } from '../state/subjects.ts';

/**
 * Names that a warehouse takes for the same type, each group in lower case. Source: the alias columns of PostgreSQL's and
 * DuckDB's tables of data types, and the synonyms in Snowflake's summary of data types. A warehouse that is not here
 * (BigQuery among them) has no known aliases: every other name counts as another type.
 */
const aliases: ReadonlyMap<string, readonly (readonly string[])[]> = new Map([
  [
    'postgres',
    [
      ['int', 'integer', 'int4'],
      ['bigint', 'int8'],
      ['smallint', 'int2'],
      ['bool', 'boolean'],
      ['varchar', 'character varying'],
      ['numeric', 'decimal'],
      ['timestamp', 'timestamp without time zone'],
      ['timestamptz', 'timestamp with time zone'],
    ],
  ],
  [
    'duckdb',
    [
      ['int', 'integer', 'int4', 'signed'],
      ['bigint', 'int8', 'long'],
      ['bool', 'boolean', 'logical'],
      ['varchar', 'text', 'string', 'char', 'bpchar'],
      ['numeric', 'decimal'],
      ['timestamp', 'datetime'],
    ],
  ],
  [
    'snowflake',
    [
      ['number', 'numeric', 'decimal', 'int', 'integer', 'bigint', 'smallint', 'tinyint'],
      ['varchar', 'string', 'text'],
      ['float', 'double', 'real', 'double precision'],
      ['datetime', 'timestamp_ntz'],
    ],
  ],
]);

/** Contracts that dbt calls broken, also of models without versions, for which dbt only warns. */
export function findBrokenContracts(change: Change): readonly Finding<'contract-broken'>[] {
  return breaksOf(change)
    .filter((broken) => !isAliasOnly(change, broken))
    .map((broken) => findingOf(change, broken, 'contract-broken'));
}

/** Contracts of which nothing differs but the name of a type that the warehouse knows under both names. */
export function findRetypedAliases(change: Change): readonly Finding<'contract-retyped-alias'>[] {
  return breaksOf(change)
    .filter((broken) => isAliasOnly(change, broken))
    .map((broken) => findingOf(change, broken, 'contract-retyped-alias'));
}

function breaksOf({ base, head }: Change): readonly ContractBreak[] {
  return findContractBreaks(stateContext(base.project, head.project, { runResults: head.runResults }));
}

function findingOf<MessageId extends string>(
  change: Change,
  { uniqueId, stopsDbt, items }: ContractBreak,
  messageId: MessageId,
): Finding<MessageId> {
  const adapter = change.head.project.metadata.adapterType ?? 'the warehouse';
  const matters = stopsDbt
    ? 'dbt stops with an error when it selects by state'
    : 'whoever reads the model relies on it; dbt only warns, as the model has no versions';
  return {
    messageId,
    data: { model: uniqueId, items: toLine(items.map((item) => item.text).join('; '), 400), adapter },
    subject: uniqueId,
    place: placeOfNode(change, uniqueId, 'properties'),
    basis: 'proven',
    fingerprint: toFingerprint('contract', messageId, uniqueId, ...items.map((item) => item.text)),
    matters,
    downstream: descendantsOf(change.base.children, uniqueId),
    safeIf: 'add a new version of the model and keep this one until its readers have moved',
  };
}

/** Sizes tell types apart only where they differ: `varchar(10)` is not `text`. */
function isAliasOnly({ base, head }: Change, { uniqueId, items }: ContractBreak): boolean {
  const [before, after] = [base, head].map((side) => side.project.nodes.get(uniqueId)?.columns);
  const groups = aliases.get(head.project.metadata.adapterType ?? '') ?? [];
  if (before === undefined || after === undefined || items.some(({ kind }) => kind !== 'column-retyped')) return false;
  for (const [name, { dataType }] of before) {
    const [was, is] = [dataType, after.get(name)?.dataType ?? null].map((type) => (type ?? '').trim().toLowerCase());
    if (was === is) continue;
    if (!groups.some((group) => group.includes(was ?? '') && group.includes(is ?? ''))) return false;
  }
  return true;
}
