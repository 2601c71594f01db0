import type { UniqueId } from '#core/base';
import type { Change, ColumnChange } from '#core/change';
import { reachOf } from '#core/change';
import type { Detail } from './detail.ts';
import { cell, code, prose } from './escape.ts';
import type { ModelRow } from './model-rows.ts';
import { rowsText } from './model-rows.ts';
import { boldName, downstreamOf, nameOf, splitReach } from './names.ts';
import { counted } from './quantities.ts';
import type { ReviewView } from './review-view.ts';

const HEAD = '| model | why | rows base → head | columns | reaches |\n|---|---|---|---|---|';

/** The table of modified models: those that matter, the rest folded, what is beyond counted. */
export function modelsSection({ change }: ReviewView, rows: readonly ModelRow[], detail: Detail): string {
  if (change === null || rows.length === 0) return '';
  const changed = rows.filter(({ unchanged }) => !unchanged);
  // Models without a change in meaning are worth a row only while there is room.
  const candidates = rows.length <= detail.models ? rows : changed;
  const shown = candidates.slice(0, detail.models);
  const folded = candidates.slice(shown.length, shown.length + detail.foldedModels);
  const left = candidates.length - shown.length - folded.length;
  const rest =
    left > 0 ? `${counted(left, 'more model')} ${left === 1 ? 'is' : 'are'} modified and not shown here.` : '';
  return [shown.length === 0 ? '' : table(change, shown), folded.length === 0 ? '' : foldedTable(change, folded), rest]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** One column change as Markdown: `amount` retyped integer → numeric. */
function columnMarkdown({ kind, column, before, after }: ColumnChange): string {
  const name = code(column, 60);
  switch (kind) {
    case 'removed':
      return `${name} removed`;
    case 'added':
      return `${name} added`;
    case 'renamed':
      return `${name} renamed ${code(after, 60)}`;
    case 'retyped':
      return `${name} retyped ${[before, after]
        .filter((type) => type !== '')
        .map((type) => prose(type, 40))
        .join(' → ')}`.trim();
    case 're-sourced':
      return `${name} from other columns`;
    case 'logic-changed':
      return `${name} recomputed`;
  }
}

function foldedTable(change: Change, rows: readonly ModelRow[]): string {
  return `<details><summary>${counted(rows.length, 'more model')}</summary>\n\n${table(change, rows)}\n\n</details>`;
}

function table(change: Change, rows: readonly ModelRow[]): string {
  return [HEAD, ...rows.map((row) => tableRow(change, row))].join('\n');
}

function tableRow(change: Change, { uniqueId, why, rows, columns }: ModelRow): string {
  const cells = [
    code(nameOf(change, uniqueId), 60),
    why.map((phrase) => prose(phrase, 80)).join(', '),
    rowsText(rows, '**'),
    columnsCell(columns),
    reachesCell(change, uniqueId),
  ];
  return `| ${cells.map(cell).join(' | ')} |`;
}

function columnsCell(columns: readonly ColumnChange[]): string {
  const shown = columns.slice(0, 3).map(columnMarkdown);
  return (columns.length > 3 ? [...shown, `${columns.length - 3} more`] : shown).join(', ');
}

function reachesCell(change: Change, uniqueId: UniqueId): string {
  const { models, consumers } = splitReach(downstreamOf(change, uniqueId));
  const { groups, keepRows } = reachOf(change, uniqueId);
  const named =
    consumers.length <= 2
      ? consumers.map((uniqueId) => boldName(change, uniqueId))
      : [counted(consumers.length, 'consumer')];
  const kept = keepRows.length > 0 ? ` (${keepRows.length} incremental)` : '';
  const crossed = groups.slice(0, 2).map((group) => `group ${code(group, 40)}`);
  return [...(models.length > 0 ? [`${counted(models.length, 'model')}${kept}`] : []), ...named, ...crossed].join(
    ' · ',
  );
}
