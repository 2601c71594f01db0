import { grouped } from '#core/base';
import type { Finding } from '../gate.ts';
import type { ExplainOptions } from './options.ts';

type Figures = Readonly<Record<string, number>>;
export type ExplainMessage = 'plan-fails' | 'cross-product' | 'full-scan' | 'cost-moved' | 'bytes-moved';

/** One thing to say of a model's plan. */
export interface Said {
  readonly messageId: ExplainMessage;
  readonly data: Finding['data'];
  /** Tells one from another of the same message. */
  readonly item: string;
}

/** What head's plan has that base's has not; `base` is null of a new model. */
export function judgePlans(base: Figures | null, head: Figures, own: ExplainOptions): readonly Said[] {
  return [
    ...crossProducts(base, head),
    ...fullScans(base, head, own.large_rows),
    ...moved('cost-moved', 'cost', { base, head, percent: own.cost_percent, least: own.least_cost }),
    ...moved('bytes-moved', 'bytes', { base, head, percent: own.bytes_percent, least: own.least_bytes }),
  ];
}

function crossProducts(base: Figures | null, head: Figures): readonly Said[] {
  const [before, count] = [base?.['crossProducts'] ?? 0, head['crossProducts'] ?? 0];
  if (count <= before) return [];
  const data = {
    count: grouped(count),
    before: before === 0 ? 'none' : grouped(before),
    rows: grouped(head['rows'] ?? 0),
  };
  return [{ messageId: 'cross-product', data, item: '' }];
}

/**
 * Base and head live in schemas of their own, so what base scanned is told by the relation's own name. Of a new model every scan is new
 * and none of them a surprise.
 */
function fullScans(base: Figures | null, head: Figures, large: number): readonly Said[] {
  if (base === null) return [];
  const before = new Set(scansOf(base).map(({ name }) => name.split('.').at(-1)));
  return scansOf(head)
    .filter(({ name, rows }) => rows >= large && !before.has(name.split('.').at(-1)))
    .map(({ name, rows }) => ({ messageId: 'full-scan', data: { relation: name, rows: grouped(rows) }, item: name }));
}

function scansOf(figures: Figures): readonly { readonly name: string; readonly rows: number }[] {
  return Object.entries(figures).flatMap(([key, rows]) =>
    key.startsWith('scan.') ? [{ name: key.slice('scan.'.length), rows }] : [],
  );
}

interface Measure {
  readonly base: Figures | null;
  readonly head: Figures;
  readonly percent: number;
  /** Below this nobody pays for it. */
  readonly least: number;
}

function moved(messageId: ExplainMessage, name: string, { base, head, percent, least }: Measure): readonly Said[] {
  const [before, after] = [base?.[name], head[name]];
  if (before === undefined || after === undefined || after < least) return [];
  if ((after - before) * 100 <= percent * before) return [];
  const times = before === 0 ? '' : `, ${(after / before).toFixed(1)} times as much`;
  return [{ messageId, data: { before: grouped(before), after: grouped(after), times }, item: '' }];
}
