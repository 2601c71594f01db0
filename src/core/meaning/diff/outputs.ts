import type { Block, Output, StarOutput } from '../plan/plan.ts';
import type { Edit } from './edit.ts';
import type { Reach, Role } from './reach.ts';

/** Columns that differ. Of an inner scope, a column that only one side has matters only through what reads it, unless it is distinct. */
export function diffOutputs(base: Block, head: Block, role: Role, reach: Reach): readonly Edit[] {
  const pairs = role === 'member' ? byPlace(base, head) : byName(base, head);
  const isDistinct = base.distinct || head.distinct;
  const changed = pairs
    .filter(({ before, after }) => before.term.text !== after.term.text)
    .map(({ before, after }): Edit => {
      const columns = isDistinct ? 'all' : reach.of(before.key);
      const place = { side: 'head', span: after.term.span } as const;
      return { kind: 'output-changed', base, head, columns, before, after, place };
    });
  const isShorter = role === 'member' && base.outputs.length !== head.outputs.length;
  if (role !== 'model' && !isDistinct && !isShorter) return changed;
  return [...changed, ...diffLists(base, head, pairs, reach)];
}

/** Columns and stars that only one side has. */
function diffLists(base: Block, head: Block, pairs: readonly OutputPair[], reach: Reach): readonly Edit[] {
  const edits: Edit[] = [];
  for (const output of head.outputs.filter((one) => !pairs.some(({ after }) => after === one))) {
    const columns = head.distinct ? 'all' : reach.of(output.key);
    edits.push({ kind: 'output-added', base, head, columns, output, place: { side: 'head', span: output.term.span } });
  }
  for (const output of base.outputs.filter((one) => !pairs.some(({ before }) => before === one))) {
    const columns = base.distinct ? 'all' : reach.of(output.key);
    edits.push({
      kind: 'output-removed',
      base,
      head,
      columns,
      output,
      place: { side: 'base', span: output.term.span },
    });
  }
  const [removed, added] = [missing(base.stars, head.stars), missing(head.stars, base.stars)];
  if (removed.length + added.length > 0) {
    const span = head.outputs[0]?.term.span ?? null;
    edits.push({ kind: 'stars', base, head, columns: [], added, removed, place: { side: 'head', span } });
  }
  return edits;
}

interface OutputPair {
  readonly before: Output;
  readonly after: Output;
}

function byName(base: Block, head: Block): readonly OutputPair[] {
  const theirs = new Map(head.outputs.map((output) => [output.key, output]));
  return base.outputs.flatMap((before) => {
    const after = theirs.get(before.key);
    return after === undefined ? [] : [{ before, after }];
  });
}

function byPlace(base: Block, head: Block): readonly OutputPair[] {
  if (base.outputs.length !== head.outputs.length) return byName(base, head);
  return base.outputs.flatMap((before, at) => {
    const after = head.outputs[at];
    return after === undefined ? [] : [{ before, after }];
  });
}

function missing(stars: readonly StarOutput[], others: readonly StarOutput[]): readonly StarOutput[] {
  const known = new Set(others.map(starText));
  return stars.filter((star) => !known.has(starText(star)));
}

function starText({ input, except }: StarOutput): string {
  return `${input} ${[...except].sort().join(' ')}`;
}
