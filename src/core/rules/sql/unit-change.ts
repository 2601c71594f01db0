import type { Term } from '#core/meaning';
import type { ComparedModel, RuleFinding } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { type ChangedPart, type ChangedTerm, changedParts, changedTerms } from '../sql-changes.ts';
import { placeWords, tellEdit } from '../tell-edit.ts';
import { termWords } from '../term-words.ts';

type Message = 'scale' | 'sign' | 'column';
const payments = { columns: { id: 'integer', amount_cents: 'integer', amount_usd: 'integer', amount_eur: 'integer' } };

/** Cents for units, seconds for minutes, another currency, another sign. */
export const unitChange = defineRule({
  id: 'unit-change',
  title: 'Another unit, scale or sign',
  severity: 'S2',
  page: {
    what: 'A value is multiplied or divided by a power of ten, 12, 24, 60, 3600, 86400 and the like, and was not, or by another one; its sign was turned; `+` stands for `-` or `*` for `/` between the same operands; or a column stands for one of the same name in another currency or unit (`amount_usd` for `amount_eur`, `net` for `gross`). Silent about other factors.',
    why: 'Everything downstream keeps its name and type and is wrong by a factor. Shares and growth rates still look right.',
    fires: {
      kind: 'sql',
      title: '',
      before: 'select id, amount_cents / 100 as amount from payments',
      after: 'select id, amount_cents as amount from payments',
      relations: { payments },
    },
    silent: [
      {
        kind: 'sql',
        title: 'A factor that is no unit.',
        before: 'select id, amount_usd * 2 as doubled from payments',
        after: 'select id, 2 * amount_usd as doubled from payments',
        relations: { payments },
      },
    ],
    safeIf: 'Name the unit in the column (`amount_cents`), or change every consumer in the same pull request.',
    waive: '',
  },
  messages: {
    scale: '{place} of `{model}` is in another unit: `{after}`, it was `{before}`',
    sign: '{place} of `{model}` has the other sign: `{after}`, it was `{before}`',
    column: '{place} of `{model}` takes `{after}` in the place of `{before}`',
  },
  find: ({ models }) =>
    models.flatMap((model) =>
      changedTerms(model).flatMap((changed) =>
        changedParts(changed.before, changed.after).flatMap((part) => findIn(model, changed, part)),
      ),
    ),
});

/** Factors between units: powers of ten, and parts of time. */
const units: ReadonlySet<number> = new Set([
  10, 100, 1000, 10_000, 100_000, 1_000_000, 1_000_000_000, 12, 24, 60, 1440, 3600, 86_400, 604_800, 3_600_000,
  86_400_000, 1024, 1_048_576,
]);

/** Words of names that stand for a unit or a currency; of two names only these may differ. */
const unitWords: ReadonlySet<string> = new Set(
  `usd eur gbp chf jpy cad aud local base reporting presentment shop account transaction net gross cents cent minor major units unit
   ms millis milliseconds micros microseconds seconds sec secs minutes mins hours days weeks months kg g lb lbs km mi miles m bytes kb mb gb
   utc pct percent ratio rate fraction original converted subtotal total`.split(/\s+/),
);

function findIn(model: ComparedModel, changed: ChangedTerm, part: ChangedPart): readonly RuleFinding<Message>[] {
  const found = kindOf(part);
  if (found === null) return [];
  const { messageId, before, after } = found;
  return [
    tellEdit(model, {
      messageId,
      edit: changed.edit,
      span: after.span ?? part.after.span,
      columns: changed.columns,
      data: { place: placeWords(changed), before: termWords(before), after: termWords(after) },
      matters: messageId === 'column' ? 'each row in which the two columns differ' : 'each row in which it is not 0',
      safeIf: 'name the unit in the column, or change its consumers in the same pull request',
      key: `${changed.name} ${messageId}`,
    }),
  ];
}

interface Found {
  readonly messageId: Message;
  readonly before: Term;
  readonly after: Term;
}

function kindOf(part: ChangedPart): Found | null {
  const { before, after } = part;
  if (before.column !== null && after.column !== null) {
    return sameButUnit(before.column.name, after.column.name) ? { messageId: 'column', before, after } : null;
  }
  return ofFactors(before, after) ?? ofNumbers(part) ?? ofOperators(before, after);
}

const one: Factor = { factor: 1, by: '', turned: false };

/** The same value under another factor. */
function ofFactors(before: Term, after: Term): Found | null {
  const [own, other] = [factorOf(before), factorOf(after)];
  if ((own === null && other === null) || baseText(before) !== baseText(after)) return null;
  const [was, is] = [own ?? one, other ?? one];
  const isScaled = was.factor !== is.factor || was.by !== is.by;
  if (!isScaled) return was.turned === is.turned ? null : { messageId: 'sign', before, after };
  return isUnit(was.factor) && isUnit(is.factor) ? { messageId: 'scale', before, after } : null;
}

const inverse: Readonly<Record<string, string>> = { '+': '-', '-': '+', '*': '/', '/': '*' };

/** The same operands, added for taken away, multiplied for divided. */
function ofOperators(before: Term, after: Term): Found | null {
  if (before.kind !== 'operator' || after.kind !== 'operator' || inverse[before.name] !== after.name) return null;
  const texts = ({ children }: Term): string =>
    children
      .map(({ text }) => text)
      .sort()
      .join(' ');
  if (texts(before) !== texts(after)) return null;
  return { messageId: after.name === '+' || after.name === '-' ? 'sign' : 'scale', before, after };
}

/** The number of `x / 100` itself was changed. */
function ofNumbers({ before, after, within }: ChangedPart): Found | null {
  const holder = within.at(-1);
  const [was, is] = [numberOf(before), numberOf(after)];
  if (holder?.kind !== 'operator' || !(holder.name === '*' || holder.name === '/') || was === null || is === null)
    return null;
  const whole = {
    before: { ...holder, children: holder.children.map((one) => (one === after ? before : one)) },
    after: holder,
  };
  if (was === -is) return { messageId: 'sign', ...whole };
  return isUnit(Math.abs(was)) && isUnit(Math.abs(is)) ? { messageId: 'scale', ...whole } : null;
}

function isUnit(factor: number): boolean {
  return factor === 1 || units.has(factor);
}

interface Factor {
  readonly factor: number;
  readonly by: string;
  readonly turned: boolean;
}

/** What a term is multiplied or divided by; null where by nothing that is written as a number. */
function factorOf({ kind, name, children: [left, right] }: Term): Factor | null {
  if (kind !== 'operator' || left === undefined) return null;
  if (name === 'neg') return { factor: 1, by: '', turned: true };
  if (right === undefined || !(name === '*' || name === '/')) return null;
  const number = numberOf(right) ?? (name === '*' ? numberOf(left) : null);
  if (number === null || number === 0) return null;
  return { factor: Math.abs(number), by: Math.abs(number) === 1 ? '' : name, turned: number < 0 };
}

/** A term without its factor. */
function baseText(term: Term): string {
  if (factorOf(term) === null) return term.text;
  const [left, right] = term.children;
  if (left === undefined) return term.text;
  return right !== undefined && numberOf(left) !== null ? right.text : left.text;
}

function numberOf(term: Term): number | null {
  const inner = term.kind === 'cast' ? term.children[0] : term;
  return inner?.kind === 'literal' && /^-?\d+(?:\.\d+)?$/.test(inner.name) ? Number(inner.name) : null;
}

/** `amount_usd` and `amount_eur`; not the same name twice. */
function sameButUnit(one: string, other: string): boolean {
  if (one === other) return false;
  const [a, b] = [one, other].map((name) => name.split('_'));
  const rest = (words: readonly string[] | undefined): string =>
    (words ?? []).filter((word) => !unitWords.has(word)).join('_');
  return rest(a) === rest(b) && rest(a) !== '';
}
