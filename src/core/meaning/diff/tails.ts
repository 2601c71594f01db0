import type { Span } from '#core/sql';
import type { Block, Plan, SetPlan, Term } from '../plan/plan.ts';
import type { Edit } from './edit.ts';

/** LIMIT, and ORDER BY where it decides which rows stay. */
export function diffTails(base: Block | SetPlan, head: Block | SetPlan): readonly Edit[] {
  const edits: Edit[] = [];
  const place = { side: 'head', span: spanOfPlan(head) } as const;
  if (base.limit !== head.limit) {
    edits.push({ kind: 'limit', base, head, columns: 'all', place, before: base.limit, after: head.limit });
  } else if (texts(base.orderBy) !== texts(head.orderBy)) {
    const span = head.orderBy[0]?.span ?? place.span;
    edits.push({
      kind: 'order',
      base,
      head,
      columns: 'all',
      place: { side: 'head', span },
      before: base.orderBy,
      after: head.orderBy,
    });
  }
  return edits;
}

function texts(terms: readonly Term[]): string {
  return terms.map(({ text }) => text).join(', ');
}

/** Where a scope stands: its first input or output. */
export function spanOfPlan(plan: Plan): Span {
  switch (plan.kind) {
    case 'block':
      return plan.span ?? plan.inputs.find(({ span }) => span !== null)?.span ?? plan.outputs[0]?.term.span ?? null;
    case 'set':
      return plan.members.map(spanOfPlan).find((span) => span !== null) ?? null;
    case 'values':
    case 'opaque':
      return null;
  }
}
