import type { Block, Condition, Input } from '../plan/plan.ts';
import type { Edit } from './edit.ts';
import { leftover, pairConditions } from './pair-conditions.ts';

/** Inputs of both sides. */
interface Pair {
  readonly before: Input;
  readonly after: Input;
}

/** Conditions that differ: of joins that both sides have, and of WHERE, HAVING and QUALIFY. */
export function diffConditions(base: Block, head: Block, pairs: readonly Pair[]): readonly Edit[] {
  const edits: Edit[] = [];
  const where = leftover(base.where, head.where);
  const told = new Set<Condition>();
  for (const { before, after } of pairs) {
    const own = leftover(
      [...before.on, ...where.removed.filter((condition) => isOf(condition, before))],
      [...after.on, ...where.added.filter((condition) => isOf(condition, after))],
    );
    for (const condition of [...where.removed, ...where.added]) {
      if (isOf(condition, before) || isOf(condition, after)) told.add(condition);
    }
    // What moved between ON and WHERE is told as a filter that came or went.
    const { removed } = leftover(own.removed, [...own.added, ...head.where]);
    const { added } = leftover([...own.removed, ...base.where], own.added);
    if (removed.length + added.length === 0) continue;
    const span = added[0]?.term.span ?? after.span;
    edits.push({
      kind: 'join-condition',
      base,
      head,
      columns: 'all',
      before,
      after,
      added,
      removed,
      place: { side: 'head', span },
    });
  }
  const gone = new Set(
    base.inputs.filter(({ alias }) => !pairs.some(({ before }) => before.alias === alias)).map(({ alias }) => alias),
  );
  const come = new Set(
    head.inputs.filter(({ alias }) => !pairs.some(({ after }) => after.alias === alias)).map(({ alias }) => alias),
  );
  const rest = {
    removed: where.removed.filter((condition) => !told.has(condition) && !isJoinOf(condition, gone)),
    added: where.added.filter((condition) => !told.has(condition) && !isJoinOf(condition, come)),
  };
  edits.push(...clauseEdits('where', rest, base, head));
  for (const clause of ['having', 'qualify'] as const) {
    edits.push(...clauseEdits(clause, leftover(base[clause], head[clause]), base, head));
  }
  return edits;
}

/** Whether a condition in `where` is one of the ON or USING of an inner join. */
function isOf({ clause, input }: Condition, { alias, join }: Input): boolean {
  return clause === 'on' && input === alias && join === 'inner';
}

/** Whether a condition says how an input that only one side has is joined. */
function isJoinOf({ clause, input }: Condition, aliases: ReadonlySet<string>): boolean {
  return clause === 'on' && input !== null && aliases.has(input);
}

function clauseEdits(
  clause: 'where' | 'having' | 'qualify',
  rest: ReturnType<typeof leftover>,
  base: Block,
  head: Block,
): readonly Edit[] {
  const paired = pairConditions(rest);
  const at = { base, head, columns: 'all', clause } as const;
  return [
    ...paired.changed.map(
      ({ before, after }): Edit => ({
        kind: 'filter-changed',
        ...at,
        before,
        after,
        place: { side: 'head', span: after.term.span },
      }),
    ),
    ...paired.rest.removed.map(
      (condition): Edit => ({
        kind: 'filter-removed',
        ...at,
        condition,
        place: { side: 'base', span: condition.term.span },
      }),
    ),
    ...paired.rest.added.map(
      (condition): Edit => ({
        kind: 'filter-added',
        ...at,
        condition,
        place: { side: 'head', span: condition.term.span },
      }),
    ),
  ];
}
