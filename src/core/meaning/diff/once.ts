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
  switch (edit.kind) {
    case 'output-changed':
    case 'filter-changed':
      return `${edit.before.term.text} ${edit.after.term.text}`;
    case 'output-added':
    case 'output-removed':
      return `${edit.output.key} ${edit.output.term.text}`;
    case 'filter-added':
    case 'filter-removed':
      return edit.condition.term.text;
    case 'join-added':
    case 'join-removed':
      return edit.input.alias;
    case 'join-kind':
    case 'join-condition':
    case 'source-changed':
      return edit.after.alias;
    case 'group-by':
    case 'distinct-on':
      return [...edit.removed, ...edit.added].map(({ text }) => text).join(' ');
    default:
      return '';
  }
}
