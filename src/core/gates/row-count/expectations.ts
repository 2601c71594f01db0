import { toLine } from '#core/base';

/** What the author says will happen to a model's rows. */
export interface Expectation {
  readonly model: string;
  /** In percent of base, or in rows. */
  readonly unit: 'percent' | 'rows';
  readonly least: number;
  readonly most: number;
  readonly because: string;
  /** As written: `-15%..-10%`. */
  readonly range: string;
  /** `line 3 of the description`, `.github/weirkeeper-expect.yml:3`. */
  readonly where: string;
}

/** What an author declares, and what of it could not be read. */
export interface Declared {
  readonly expectations: readonly Expectation[];
  /** `problem`: what is wrong, where it is not that the grammar does not fit. */
  readonly unread: readonly { readonly where: string; readonly text: string; readonly problem?: string }[];
}

const fence = /^ {0,3}(`{3,}|~{3,})[ \t]*weirkeeper-expect[ \t]*$/;
const declaration = /^([\w.]+)\s+rows\s+(\S+)\s+because\s+(\S.*)$/;
const amount = String.raw`([+−-]?\d{1,15}(?:\.\d{1,6})?)(%?)`;
const range = new RegExp(`^${amount}(?:\\.\\.${amount})?$`);
const mostLines = 200;

/**
 * Reads the fenced blocks `weirkeeper-expect` of a pull request's description, one declaration a line:
 * `fct_orders rows -15%..-10% because voided orders leave`, in percent or in rows; `#` begins a remark.
 */
export function readExpectations(body: string): Declared {
  const expectations: Expectation[] = [];
  const unread: Declared['unread'][number][] = [];
  let closing: string | null = null;
  for (const [index, raw] of body.slice(0, 300_000).split(/\r?\n/).entries()) {
    const text = raw.trim();
    const opening: string | undefined = fence.exec(raw)?.[1];
    if (closing === null) {
      closing = opening ?? null;
    } else if (text.startsWith(closing) && /^(`+|~+)$/.test(text)) {
      closing = null;
    } else if (text !== '' && !text.startsWith('#')) {
      const where = `line ${index + 1} of the description`;
      if (expectations.length + unread.length >= mostLines) {
        unread.push({ where, text: '', problem: `only the first ${mostLines} declarations are read` });
        break;
      }
      const read = readExpectation(text, where);
      if (read === null) unread.push({ where, text: toLine(text, 80) });
      else expectations.push(read);
    }
  }
  return { expectations, unread };
}

/** One declaration, `fct_orders rows -15%..-10% because voided orders leave`; null of anything else. */
export function readExpectation(text: string, where: string): Expectation | null {
  const [, model = '', written = '', because = ''] = declaration.exec(text) ?? [];
  const ends = readRange(written);
  // A reason that nobody wrote is none: the block that is shown to copy leaves it open.
  return ends === null || !/\p{L}/u.test(because)
    ? null
    : { model, ...ends, because: toLine(because, 200), range: written, where };
}

function readRange(written: string): Pick<Expectation, 'unit' | 'least' | 'most'> | null {
  const [, from, unit, to, otherUnit] = range.exec(written) ?? [];
  if (from === undefined || (to !== undefined && unit !== otherUnit)) return null;
  const [first, second] = [toNumber(from), toNumber(to ?? from)];
  return { unit: unit === '%' ? 'percent' : 'rows', least: Math.min(first, second), most: Math.max(first, second) };
}

function toNumber(text: string): number {
  return Number(text.replace('−', '-'));
}

/** Whether rows moved as was said. Half of the last digit is allowed for: `-12%` means what would be shown as that. */
export function meets({ unit, least, most }: Expectation, { base, head }: { base: number; head: number }): boolean {
  if (unit === 'rows') return head - base >= least && head - base <= most;
  const moved = base === 0 ? (head === 0 ? 0 : Number.POSITIVE_INFINITY) : ((head - base) / base) * 100;
  return moved >= least - 0.5 && moved <= most + 0.5;
}

/** The line that declares a move: for people to copy. */
export function declarationOf(model: string, { base, head }: { base: number; head: number }): string {
  const signed = (value: number): string => `${value >= 0 ? '+' : ''}${value}`;
  if (base === 0) return `${model} rows ${signed(head)} because …`;
  const moved = ((head - base) / base) * 100;
  return `${model} rows ${signed(Math.floor(moved))}%..${signed(Math.ceil(moved))}% because …`;
}
