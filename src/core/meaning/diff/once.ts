import type { Edit } from './edit.ts';

/**
 * Each cause once: a CTE that is read in several places brings its change along to each. The columns that it reaches are put
 * together.
 */
export function once(edits: readonly Edit[]): readonly Edit[] {
  const byCause = new Map<string, Edit>();
  for (const edit of edits) {
    const key = keyOf(edit);
    const before = byCause.get(key);
    byCause.set(key, before === undefined ? edit : { ...before, columns: together(before.columns, edit.columns) });
  }
  return [...byCause.values()];
}

function together(one: Edit['columns'], other: Edit['columns']): Edit['columns'] {
  return one === 'all' || other === 'all' ? 'all' : [...new Set([...one, ...other])];
}

function keyOf(edit: Edit): string {
  const { side, span } = edit.place;
  const place = span === null ? '' : `${span.start}-${span.end}`;
  // The second reading of a relation has another alias, and nothing else.
  return `${edit.kind} ${side} ${place} ${subjectOf(edit).replaceAll(/#\d+\b/g, '')}`;
}

function subjectOf(edit: Edit): string {
  if ('condition' in edit) return edit.condition.term.text;
  if ('output' in edit) return `${edit.output.key} ${edit.output.term.text}`;
  if ('input' in edit) return edit.input.alias;
  if (edit.kind === 'output-changed' || edit.kind === 'filter-changed') {
    return `${edit.before.term.text} ${edit.after.term.text}`;
  }
  if (edit.kind === 'group-by' || edit.kind === 'distinct-on') {
    return [...edit.removed, ...edit.added].map(({ text }) => text).join(' ');
  }
  const isJoin = edit.kind === 'join-kind' || edit.kind === 'join-condition' || edit.kind === 'source-changed';
  return isJoin ? edit.after.alias : '';
}
