import type { Block, Term } from '#core/meaning';
import { kindOf, type TypeKind, typeOf } from '../column-types.ts';
import type { ComparedModel, RuleFinding, RuleInput } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { type ChangedPart, type ChangedTerm, changedParts, changedTerms } from '../sql-changes.ts';
import { placeWords, tellEdit } from '../tell-edit.ts';
import { termWords } from '../term-words.ts';

type Message = 'narrower' | 'errors-hidden';
const payments = { columns: { id: 'integer', amount: 'decimal(10,2)', paid_at: 'timestamp', note: 'varchar' } };

/** A cast that loses part of the value without a word. */
export const castNarrowing = defineRule({
  id: 'cast-narrowing',
  title: 'A cast that loses something',
  severity: 'S3',
  page: {
    what: 'A cast that came, or whose type is another, loses part of the value: a number becomes an integer, a timestamp a date (`date(x)`, too), a decimal has fewer places, a text fewer characters; or errors become NULL by TRY_CAST or SAFE_CAST. Silent where the type before is not known.',
    why: 'Cents are gone, or the time of day is; equality and counts of distinct values change with it. With TRY_CAST a broken source shows as missing values, and not as a failed run.',
    fires: {
      kind: 'sql',
      title: '',
      before: 'select id, amount from payments',
      after: 'select id, cast(amount as integer) as amount from payments',
      relations: { payments },
    },
    alsoFires: [
      {
        kind: 'sql',
        title: 'A function that casts.',
        before: 'select id, paid_at from payments',
        after: 'select id, date(paid_at) as paid_at from payments',
        relations: { payments },
      },
    ],
    silent: [
      {
        kind: 'sql',
        title: 'A wider type of the same kind.',
        before: 'select id, cast(note as varchar(10)) as note from payments',
        after: 'select id, cast(note as varchar(20)) as note from payments',
        relations: { payments },
      },
    ],
    safeIf: 'Show on data that no value needs what is lost.',
    waive: '',
  },
  messages: {
    narrower: '{place} of `{model}` loses {what}: `{after}`, it was `{before}`',
    'errors-hidden': '{place} of `{model}` is NULL now where the cast fails: `{after}`, it was `{before}`',
  },
  find: (input) =>
    input.models.flatMap((model) =>
      changedTerms(model).flatMap((changed) =>
        changedParts(changed.before, changed.after).flatMap((part) => findIn(input, model, changed, part)),
      ),
    ),
});

function findIn(
  { change }: RuleInput,
  model: ComparedModel,
  changed: ChangedTerm,
  part: ChangedPart,
): readonly RuleFinding<Message>[] {
  const { head } = changed.edit;
  const [before, after] = [asCast(part.before), asCast(part.after)];
  if (head.kind !== 'block' || !castsTheSame(before, after)) return [];
  const what = hidesErrors(before, after) ? null : lossOf(before, after, head, change.head);
  if (what === null && !hidesErrors(before, after)) return [];
  const words = { place: placeWords(changed), before: termWords(before), after: termWords(after) };
  return [
    tellEdit(model, {
      messageId: what === null ? 'errors-hidden' : 'narrower',
      edit: changed.edit,
      span: after.span,
      columns: changed.columns,
      data: what === null ? words : { ...words, what },
      matters: what === null ? 'a value that cannot be cast' : `a value that has ${what}`,
      safeIf: 'show on data that no value needs what is lost',
      key: `${changed.name} ${after.name}`,
    }),
  ];
}

/** `date(x)` as the cast that it is, to be told as it is written. */
function asCast(term: Term): Term {
  const { kind, name, children } = term;
  const isDate = kind === 'function' && (name === 'date' || name === 'to_date') && children.length === 1;
  return isDate ? { ...term, kind: 'cast', name: 'date' } : term;
}

/** Whether a cast came, or has another type, over the same value. */
function castsTheSame(before: Term, after: Term): boolean {
  const source = before.kind === 'cast' ? before.children[0] : before;
  return after.kind === 'cast' && source !== undefined && after.children[0]?.text === source.text;
}

function hidesErrors(before: Term, after: Term): boolean {
  const isTry = ({ name }: Term): boolean => /^(?:try|safe) /.test(name);
  return before.kind === 'cast' && isTry(after) && !isTry(before);
}

/** What a cast loses of the value before; null where nothing, or where that is not known. */
function lossOf(before: Term, after: Term, block: Block, side: RuleInput['change']['head']): string | null {
  const was = typeWords(before, block, side);
  const is = { kind: kindOf(bare(after.name)), type: bare(after.name) };
  if (was.kind === 'number' && is.kind === 'integer') return 'the places after the point';
  if (was.kind === 'timestamp' && is.kind === 'date') return 'the time of day';
  return was.kind === is.kind ? shorter(sizeOf(was.type), sizeOf(is.type), was.kind) : null;
}

function shorter(from: Size | null, to: Size | null, kind: TypeKind): string | null {
  if (from === null || to === null) return null;
  if (kind === 'number') return to.scale < from.scale ? 'places after the point' : null;
  return kind === 'text' && to.size < from.size ? `more than ${to.size} characters` : null;
}

interface Size {
  readonly size: number;
  readonly scale: number;
}

function typeWords(
  term: Term,
  block: Block,
  side: RuleInput['change']['head'],
): { readonly kind: TypeKind; readonly type: string } {
  const type = term.kind === 'cast' ? bare(term.name) : '';
  return { kind: typeOf(term, block, side), type };
}

function bare(type: string): string {
  return type.replace(/^(?:try|safe) /, '');
}

function sizeOf(type: string): Size | null {
  const found = /\((\d+)(?:\s*,\s*(\d+))?\)/.exec(type);
  return found === null ? null : { size: Number(found[1]), scale: Number(found[2] ?? 0) };
}
