import type { UniqueId } from '#core/base';
import type { Change } from '#core/change';
import type { OfBoth, QuestionOf } from '#core/evidence';
import { columnProfileQuestion, columnsQuestion, valueMatchQuestion } from '#core/evidence';
import type { Identifier } from '#core/sql';
import { isRelation, relationOf, relationsOf, spelled, wasNotBuilt } from '../data-relations.ts';
import type { Keyed } from '../keys/compare.ts';
import { keyedBy } from '../keys/compare.ts';

/** What is asked of one modified relation that both sides have. */
export interface Compared {
  readonly uniqueId: UniqueId;
  /** The columns of both sides. */
  readonly listed: readonly [base: QuestionOf<'columns'>, head: QuestionOf<'columns'>];
  /**
   * NULLs and distinct values of the columns whose making changed; where no key is known, and so no value can be held against another, of
   * every column. Null when there are none.
   */
  readonly profiles: readonly [base: QuestionOf<'column-profile'>, head: QuestionOf<'column-profile'>] | null;
  /** Where a key is known: the share of equal values of every column that both have. */
  readonly match: { readonly keyed: Keyed; readonly question: QuestionOf<'value-match'> } | null;
  /** Columns whose SQL, or a parent's, the change touches, in lower case. */
  readonly edited: ReadonlySet<string>;
}

const mostColumns = 50;
/** Types whose values have no equality, or none that means anything. */
const incomparable = /json|variant|object|struct|array|map\b|list|xml|geo|hstore|super|\[\]|blob|bytea|binary/i;

/** What to compare, up to so many relations, and how many more there are. */
export function comparedOf(
  change: Change,
  most: number,
): { readonly compared: readonly Compared[]; readonly beyond: number } {
  const all = change.modified.flatMap(({ uniqueId }) => toCompared(change, uniqueId) ?? []);
  return { compared: all.slice(0, most), beyond: Math.max(0, all.length - most) };
}

function toCompared(change: Change, uniqueId: UniqueId): Compared | null {
  const nodes = [change.base, change.head].map(({ project }) => project.nodes.get(uniqueId));
  const both = relationsOf(change, uniqueId);
  if (both === null || wasNotBuilt(change, uniqueId) || !nodes.every((node) => isRelation(node))) return null;
  const edited = new Set(
    change.columnChanges
      .filter((one) => one.uniqueId === uniqueId && one.kind !== 'added' && one.kind !== 'removed')
      .map(({ column }) => column.toLowerCase()),
  );
  const sides = (['base', 'head'] as const).map((side) =>
    relationOf(change, side, change[side].project.nodes.get(uniqueId)),
  );
  const [base, head] = sides;
  if (!base || !head) return null;
  const columns = commonColumns(change, uniqueId);
  const match = matchOf(change, both, columns);
  const profiled = match === null ? columns : columns.filter(({ name }) => edited.has(name.toLowerCase()));
  const names = profiled.slice(0, mostColumns).map(({ identifier }) => identifier);
  return {
    uniqueId,
    edited,
    listed: [columnsQuestion(base), columnsQuestion(head)],
    profiles: names.length === 0 ? null : [columnProfileQuestion(base, names), columnProfileQuestion(head, names)],
    match,
  };
}

function matchOf(change: Change, both: OfBoth, columns: readonly Column[]): Compared['match'] {
  const keyed = keyedBy(change, both.uniqueId);
  if (keyed?.question.kind !== 'key-diff') return null;
  const isKey = new Set(keyed.key.columns.map((name) => name.toLowerCase()));
  const rest = columns
    .filter(({ name, type }) => type !== 'another' && !isKey.has(name.toLowerCase()))
    .slice(0, mostColumns)
    .map(({ identifier }) => identifier);
  return rest.length === 0 ? null : { keyed, question: valueMatchQuestion(both, keyed.question.columns, rest) };
}

interface Column {
  readonly name: string;
  readonly identifier: Identifier;
  readonly type: 'same' | 'another';
}

/** Columns that both sides have under one name and that can be compared: by the catalogs, else by the lineage. */
function commonColumns(change: Change, uniqueId: UniqueId): readonly Column[] {
  const [base, head] = [change.base, change.head].map(({ catalog, lineage }) => {
    const measured = catalog?.get(uniqueId)?.columns;
    const read = lineage.get(uniqueId)?.columns.map(({ column, type }) => ({ name: column, type: type ?? '' }));
    return measured ?? read ?? [];
  });
  const later = new Map((head ?? []).map((column) => [column.name.toLowerCase(), column.type.toLowerCase()]));
  return (base ?? []).flatMap(({ name, type }): Column[] => {
    const other = later.get(name.toLowerCase());
    if (other === undefined || incomparable.test(type) || incomparable.test(other)) return [];
    const isSame = other === type.toLowerCase();
    return [{ name, identifier: spelled(change.base, uniqueId, name), type: isSame ? 'same' : 'another' }];
  });
}
