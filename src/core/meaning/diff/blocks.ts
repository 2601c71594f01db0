import type { Block, Input, Term } from '../plan/plan.ts';
import { sourceText } from '../plan/text.ts';
import { diffConditions } from './conditions.ts';
import type { Edit } from './edit.ts';
import { diffOutputs } from './outputs.ts';
import type { Reach, Role } from './reach.ts';
import { diffTails } from './tails.ts';

/** What differs between two aligned blocks. */
export function diffBlocks(base: Block, head: Block, role: Role, reach: Reach): readonly Edit[] {
  const edits: Edit[] = [];
  const pairs = base.inputs.flatMap((before) => {
    const after = head.inputs.find(({ alias }) => alias === before.alias);
    return after === undefined ? [] : [{ before, after }];
  });
  for (const { before, after } of pairs) edits.push(...diffInput(before, after, { base, head, reach }));
  const all = { base, head, columns: 'all' } as const;
  for (const input of head.inputs) {
    if (pairs.some(({ after }) => after === input)) continue;
    edits.push({ kind: 'join-added', ...all, input, place: { side: 'head', span: input.span } });
  }
  for (const input of base.inputs) {
    if (pairs.some(({ before }) => before === input)) continue;
    edits.push({ kind: 'join-removed', ...all, input, place: { side: 'base', span: input.span } });
  }
  edits.push(...diffConditions(base, head, pairs));
  edits.push(...diffRows(base, head));
  edits.push(...diffOutputs(base, head, role, reach));
  return edits;
}

interface Around {
  readonly base: Block;
  readonly head: Block;
  readonly reach: Reach;
}

function diffInput(before: Input, after: Input, { base, head, reach }: Around): readonly Edit[] {
  const all = { base, head, columns: 'all', before, after, place: { side: 'head', span: after.span } } as const;
  const edits: Edit[] = [];
  if (before.join !== after.join) edits.push({ kind: 'join-kind', ...all });
  const [one, other] = [before.source, after.source];
  if (one.kind === 'plan' && other.kind === 'plan') {
    edits.push(...reach.inside(one.plan, other.plan, 'read', reachThrough(before.alias, base, head, reach)));
  } else if (one.kind === 'relation' && other.kind === 'relation') {
    if (one.name !== other.name || one.modifiers !== other.modifiers) edits.push({ kind: 'source-changed', ...all });
  } else if (sourceText(one) !== sourceText(other)) edits.push({ kind: 'source-changed', ...all });
  return edits;
}

/** The columns of the model that a column of an input reaches: of the outputs that read it; all where a clause does. */
function reachThrough(alias: string, base: Block, head: Block, reach: Reach): Reach {
  const of = (column: string): ReturnType<Reach['of']> => {
    const reads = (term: Block['outputs'][number]['term']): boolean =>
      term.reads.some(({ input, name }) => name === column && (input === alias || input.startsWith('?')));
    const rows = [base, head].some((block) =>
      [...block.where, ...block.having, ...block.qualify, ...block.inputs.flatMap(({ on }) => on)].some(({ term }) =>
        reads(term),
      ),
    );
    const grouped = [base, head].some((block) => (block.groupBy ?? []).some(reads) || block.distinct);
    if (rows || grouped) return 'all';
    const made = new Set<string>();
    for (const block of [base, head]) {
      for (const { key, term } of block.outputs) {
        if (!reads(term)) continue;
        const reached = reach.of(key);
        if (reached === 'all') return 'all';
        for (const one of reached) made.add(one);
      }
      for (const star of block.stars) if (star.input === alias) made.add(column);
    }
    return [...made];
  };
  return { ...reach, of };
}

function diffRows(base: Block, head: Block): readonly Edit[] {
  const all = { base, head, columns: 'all', place: { side: 'head', span: spanOfRows(head) } } as const;
  const edits: Edit[] = [];
  const [ours, theirs] = [keysOf(base, head), keysOf(head, base)];
  const keys = onlyIn(ours ?? [], theirs ?? []);
  const only = ours === null ? 'head' : theirs === null ? 'base' : null;
  if (ours === null && theirs === null) {
    if (base.distinct !== head.distinct)
      edits.push({ kind: head.distinct ? 'distinct-added' : 'distinct-removed', ...all });
  } else if (only !== null || hasAny(keys)) edits.push({ kind: 'group-by', ...all, ...keys, only });
  const on = onlyIn(base.distinctOn, head.distinctOn);
  if (hasAny(on)) edits.push({ kind: 'distinct-on', ...all, ...on });
  return [...edits, ...diffTails(base, head)];
}

function spanOfRows({ groupBy, inputs }: Block): Term['span'] {
  return groupBy?.find(({ span }) => span !== null)?.span ?? inputs[0]?.span ?? null;
}

interface OnlyIn {
  readonly added: readonly Term[];
  readonly removed: readonly Term[];
}

function onlyIn(base: readonly Term[], head: readonly Term[]): OnlyIn {
  const [before, after] = [new Set(base.map(({ text }) => text)), new Set(head.map(({ text }) => text))];
  return { added: head.filter(({ text }) => !before.has(text)), removed: base.filter(({ text }) => !after.has(text)) };
}

function hasAny({ added, removed }: OnlyIn): boolean {
  return added.length + removed.length > 0;
}

/** What a block groups by; of DISTINCT all that it gives, where the other side groups. */
function keysOf(block: Block, other: Block): Block['groupBy'] {
  if (block.groupBy !== null) return block.groupBy;
  return block.distinct && other.groupBy !== null ? block.outputs.map(({ term }) => term) : null;
}
