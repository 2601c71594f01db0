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
    what: 'A cast that came, or whose type is another, loses part of the value: a number becomes an integer, a timestamp a date, a decimal has fewer places, a text fewer characters; or errors become NULL by TRY_CAST or SAFE_CAST. Silent where the type before is not known.',
    why: 'Cents are gone, or the time of day is; equality and counts of distinct values change with it. With TRY_CAST a broken source shows as missing values, and not as a failed run.',
    fires: {
      kind: 'sql',
      title: '',
      before: 'select id, amount from payments',
      after: 'select id, cast(amount as integer) as amount from payments',
      relations: { payments },
    },
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
  { before, after }: ChangedPart,
): readonly RuleFinding<Message>[] {
  const { head } = changed.edit;
  if (after.kind !== 'cast' || head.kind !== 'block') return [];
  const [inner] = after.children;
  const source = before.kind === 'cast' ? before.children[0] : before;
  if (inner === undefined || source === undefined || inner.text !== source.text) return [];
  const isTry = (term: Term): boolean => term.kind === 'cast' && /^(?:try|safe) /.test(term.name);
  const what = lossOf(before, after, head, change.head);
  const messageId = isTry(after) && !isTry(before) && before.kind === 'cast' ? 'errors-hidden' : 'narrower';
  if (messageId === 'narrower' && what === null) return [];
  return [
    tellEdit(model, {
      messageId,
      edit: changed.edit,
      span: after.span,
      columns: changed.columns,
      data: {
        place: placeWords(changed),
        before: termWords(before),
        after: termWords(after),
        ...(messageId === 'narrower' ? { what: what ?? '' } : {}),
      },
      matters: messageId === 'narrower' ? `a value that has ${what ?? ''}` : 'a value that cannot be cast',
      safeIf: 'show on data that no value needs what is lost',
      key: `${changed.name} ${after.name}`,
    }),
  ];
}

/** What a cast loses of the value before; null where nothing, or where that is not known. */
function lossOf(before: Term, after: Term, block: Block, side: RuleInput['change']['head']): string | null {
  const [was, is] = [typeWords(before, block, side), bare(after.name)];
  if (was.kind === 'number' && kindOf(is) === 'integer') return 'the places after the point';
  if (was.kind === 'timestamp' && kindOf(is) === 'date') return 'the time of day';
  if (was.kind === 'text' || was.kind === 'number') {
    const [from, to] = [sizeOf(was.type), sizeOf(is)];
    if (from === null || to === null || kindOf(is) !== was.kind) return null;
    if (was.kind === 'number' && to.scale < from.scale) return 'places after the point';
    if (was.kind === 'text' && to.size < from.size) return `characters after the ${to.size}th`;
  }
  return null;
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

function sizeOf(type: string): { readonly size: number; readonly scale: number } | null {
  const found = /\((\d+)(?:\s*,\s*(\d+))?\)/.exec(type);
  return found === null ? null : { size: Number(found[1]), scale: Number(found[2] ?? 0) };
}
