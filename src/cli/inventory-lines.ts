import { toLine } from '#core/base';
import type { Inventory, InventoryLine } from '#core/gates';

/** The inventory as text, as CSV with a header (RFC 4180, without the coverage), or as one line of JSON. */
export function inventoryLines(inventory: Inventory, format: 'text' | 'csv' | 'json'): readonly string[] {
  if (format === 'json') return [JSON.stringify(inventory)];
  if (format === 'csv') return [columns.map(([name]) => name).join(','), ...inventory.columns.map(toRow)];
  return toText(inventory);
}

const columns: readonly (readonly [string, (line: InventoryLine) => string])[] = [
  ['unique_id', (line) => line.unique_id],
  ['column', (line) => line.column],
  ['category', (line) => line.category],
  ['sensitivity', (line) => String(line.sensitivity)],
  ['level', (line) => line.level],
  ['label', (line) => line.label ?? ''],
  ['known', (line) => line.known],
  ['origin', (line) => line.origin],
  ['protection', (line) => line.protection ?? ''],
  ['readers', (line) => line.readers.join('; ')],
  ['regulations', (line) => line.regulations.join('; ')],
];

function toRow(line: InventoryLine): string {
  return columns.map(([, read]) => cell(read(line))).join(',');
}

/** Names come from strangers, and spreadsheets run what begins with one of these signs. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function toText({ columns: all, coverage }: Inventory): readonly string[] {
  const byNode = Map.groupBy(all, ({ unique_id }) => unique_id);
  const nodes = [...byNode].flatMap(([uniqueId, lines]) => [toLine(uniqueId, 300), ...lines.map(toTextLine)]);
  const labelled = coverage.map(({ layer, labelled: some, personal }) => `  ${toLine(layer)}: ${some} of ${personal}`);
  if (all.length === 0) return ['No column holds personal data, as far as labels and names tell.'];
  return [...nodes, '', 'Columns with personal data that have a label of their own:', ...labelled];
}

/** Why a column without a label of its own counts as personal. */
const judgedBy: Readonly<Record<InventoryLine['known'], string>> = {
  label: 'no label of its own, labelled further up',
  'model-label': 'no label of its own, its model is labelled',
  dictionary: 'no label, by its name',
};

function toTextLine({
  column,
  category,
  sensitivity,
  level,
  label,
  known,
  origin,
  protection,
  readers,
}: InventoryLine): string {
  const parts = [
    `${category} (${sensitivity})`,
    level,
    label === null ? judgedBy[known] : `label ${label}`,
    ...(protection === null ? [] : [protection]),
    ...(readers.length === 0 ? [] : [`read by ${readers.join(', ')}`]),
  ];
  return `  ${toLine(`${column}: ${parts.join('; ')}; from ${origin}`, 500)}`;
}
