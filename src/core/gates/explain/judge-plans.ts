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
    ...fullScans(base, head, own),
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
    rows: head['rows'] === undefined ? '' : `; ${grouped(head['rows'])} rows expected`,
  };
  return [{ messageId: 'cross-product', data, item: '' }];
}

/**
 * Base and head live in schemas of their own, so what base scanned is told by the relation's own name. Of a new model every scan is new
 * and none of them a surprise.
 */
function fullScans(base: Figures | null, head: Figures, own: ExplainOptions): readonly Said[] {
  if (base === null) return [];
  const before = new Set([...scansOf(base, 'scan.'), ...scansOf(base, 'scanBytes.')].map(({ name }) => lastOf(name)));
  const large = [
    ...scansOf(head, 'scan.').flatMap(({ name, size }) =>
      size >= own.large_rows ? [{ name, size: `about ${grouped(size)} rows` }] : [],
    ),
    ...scansOf(head, 'scanBytes.').flatMap(({ name, size }) =>
      size >= own.large_bytes ? [{ name, size: `${grouped(size)} bytes` }] : [],
    ),
  ];
  return large
    .filter(({ name }) => !before.has(lastOf(name)))
    .map(({ name, size }) => ({ messageId: 'full-scan', data: { relation: name, size }, item: name }));
}

/** In lower case: some warehouses give names as they are stored. */
function lastOf(name: string): string {
  return name.split('.').at(-1)?.toLowerCase() ?? '';
}

function scansOf(figures: Figures, begins: string): readonly { readonly name: string; readonly size: number }[] {
  return Object.entries(figures).flatMap(([key, size]) =>
    key.startsWith(begins) ? [{ name: key.slice(begins.length), size }] : [],
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
