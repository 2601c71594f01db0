import { toLine } from '#core/base';
import type { Cte, Query, Select } from '#core/sql';
import { isMasked } from '../of-masks.ts';
import type { RuleFinding } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { tell } from '../tell.ts';
import { modifiedPairs } from './config-changes.ts';

type Message = 'passed-on' | 'in-union';

/** A model whose columns are whatever its parent has. */
export const starAtBoundary = defineRule({
  id: 'star-at-boundary',
  title: 'SELECT * reaches the output',
  severity: 'S3',
  page: {
    what: 'A `select *` from another relation that newly reaches the output of a model, through CTEs and subqueries; a warning where it is a member of a UNION by position. Silent in staging models (by folder or name), where a contract is enforced, where the star is only of the model’s own CTEs that name their columns, and where the model passed a star on before.',
    why: 'A column that is added above appears below, personal data too; one that is renamed is gone. In a UNION, columns meet by position: one more column above shifts all that follow, and types that fit hide it.',
    fires: {
      kind: 'sql',
      title: '',
      before: 'select id, amount from orders',
      after: 'select * from orders',
      relations: { orders: { columns: { id: 'integer', amount: 'integer', note: 'varchar' } } },
      notRun: 'both give the same today; they differ once a column is added above',
    },
    silent: [
      {
        kind: 'sql',
        title: 'The star is of the model’s own CTE, which names its columns.',
        before: 'select id, amount from orders',
        after: 'with named as (select id, amount from orders) select * from named',
        relations: { orders: { columns: { id: 'integer', amount: 'integer' } } },
      },
      {
        kind: 'sql',
        title: 'A CTE takes the relation in; the columns are named below.',
        before: 'select id, amount from orders',
        after: 'with orders_in as (select * from orders) select id, amount from orders_in',
        relations: { orders: { columns: { id: 'integer', amount: 'integer' } } },
      },
    ],
    safeIf: 'Name the columns, or enforce a contract on the model.',
    waive: '',
  },
  messages: {
    'passed-on': '`{model}` gives out all columns of {relations}, whatever they are',
    'in-union': '`{model}` unites all columns of {relations} by position',
  },
  find: ({ change }) =>
    modifiedPairs(change).flatMap(({ node, old }): readonly RuleFinding<Message>[] => {
      const [before, after] = [change.base, change.head].map(({ trees }) => trees.get(node.uniqueId));
      if (before === undefined || after === undefined || node.contractEnforced) return [];
      if (isMasked(change, node.uniqueId)) return [];
      if (isStaging(node.originalFilePath, node.name) || old.rawCode === node.rawCode) return [];
      const [was, is] = [openStars(before), openStars(after)];
      if (was.length > 0 || is.length === 0) return [];
      const relations = [...new Set(is.map(({ relation }) => relation))].sort();
      const inUnion = is.some((star) => star.inUnion);
      return [
        tell({
          messageId: inUnion ? 'in-union' : 'passed-on',
          ...(inUnion ? { severity: 'S2' as const } : {}),
          uniqueId: node.uniqueId,
          data: { model: node.name, relations: toLine(relations.join(', '), 160) },
          place: { kind: 'text', uniqueId: node.uniqueId, in: 'code', text: /\*/ },
          matters: inUnion
            ? 'if one of them gains or moves a column, values stand under the wrong name'
            : 'if one of them gains or loses a column, so does this model',
          safeIf: 'name the columns, or enforce a contract on the model',
          key: relations.join(','),
        }),
      ];
    }),
});

function isStaging(path: string, name: string): boolean {
  return /(?:^|\/)(?:staging|base|raw|source|sources)\//.test(path) || /^(?:stg|base|src|raw)_|_tmp$/.test(name);
}

interface OpenStar {
  /** As the SQL names it. */
  readonly relation: string;
  readonly inUnion: boolean;
}

/** Relations all of whose columns reach the output of a query. */
function openStars(
  query: Query,
  outer: ReadonlyMap<string, () => readonly OpenStar[]> = new Map(),
): readonly OpenStar[] {
  const scope = new Map(outer);
  for (const cte of query.ctes) scope.set(cte.name.name.toLowerCase(), ofCte(cte, new Map(scope)));
  const { body } = query;
  if (body.kind === 'query') return openStars(body, scope);
  if (body.kind === 'select') return ofSelect(body, scope);
  if (body.kind === 'values') return [];
  const isByPosition = body.operator === 'union' && !body.byName;
  return body.members.flatMap((member) =>
    openStars(member, scope).map((star) => ({ ...star, inUnion: isByPosition || star.inUnion })),
  );
}

/** Looked at once, and only where its columns are passed on. */
function ofCte({ query, columnAliases }: Cte, scope: ReadonlyMap<string, () => readonly OpenStar[]>) {
  let known: readonly OpenStar[] | null = null;
  return () => {
    known ??= columnAliases.length > 0 ? [] : openStars(query, scope);
    return known;
  };
}

function ofSelect(
  { projections, sources }: Select,
  scope: ReadonlyMap<string, () => readonly OpenStar[]>,
): readonly OpenStar[] {
  return projections.flatMap((projection) => {
    if (projection.kind !== 'star') return [];
    const qualifier = projection.qualifier.at(-1)?.name.toLowerCase();
    const starred = sources.filter((source) => qualifier === undefined || nameOf(source) === qualifier);
    return starred.flatMap((source) => ofSource(source, scope));
  });
}

function nameOf({ from, alias }: Select['sources'][number]): string {
  const own = from.kind === 'table' ? from.name.at(-1)?.name : undefined;
  return (alias?.name ?? own ?? '').toLowerCase();
}

function ofSource(
  { from }: Select['sources'][number],
  scope: ReadonlyMap<string, () => readonly OpenStar[]>,
): readonly OpenStar[] {
  if (from.kind === 'subquery') return openStars(from.query, scope);
  if (from.kind !== 'table') return [];
  const [first] = from.name;
  const cte = from.name.length === 1 && first !== undefined ? scope.get(first.name.toLowerCase()) : undefined;
  return cte === undefined ? [{ relation: from.name.at(-1)?.name ?? '', inUnion: false }] : cte();
}
