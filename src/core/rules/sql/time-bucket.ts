import type { Term } from '#core/meaning';
import type { ComparedModel, RuleFinding } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { type ChangedTerm, changedTerms, partsIn, readsText } from '../sql-changes.ts';
import { placeWords, tellEdit } from '../tell-edit.ts';
import { termWords } from '../term-words.ts';

type Message = 'bucket' | 'zone' | 'now';
const events = { columns: { id: 'integer', created_at: 'timestamp', updated_at: 'timestamp' } };

const truncating =
  /^(?:(?:date|datetime|timestamp|time)_?trunc|trunc|time_slice|date_bin|time_bucket|extract|date_part|datediff|date_diff|timestampdiff|timestamp_diff|datetime_diff|last_day|dayofweek|dayofweek_?iso|isodow|week|week_?iso|weekofyear|yearofweek|yearofweek_?iso|month|year|quarter|hour)$/;
const zoned =
  /^(?:at time zone|at_time_zone|convert_timezone|timezone|from_utc_timestamp|to_utc_timestamp|convert_tz|to_timestamp_ltz|to_timestamp_ntz|to_timestamp_tz|switchoffset|todatetimeoffset)$/;
const today = /^(?:current_date|curdate|today)$/;
const now = /^(?:current_timestamp|now|getdate|sysdate|localtimestamp|current_datetime)$/;

/** Which day, week or month an event falls into, and in which time zone. */
export const timeBucket = defineRule({
  id: 'time-bucket',
  title: 'Another time bucket or time zone',
  severity: 'S2',
  page: {
    what: 'A function that cuts time into parts (DATE_TRUNC, EXTRACT, DATEDIFF and the like) has another unit, another first day of the week, or another column; a conversion of time zones came, went, or has another zone; CURRENT_DATE stands for CURRENT_TIMESTAMP or the other way round. Silent about new columns.',
    why: 'Totals over all time stay the same, and each day, week or month holds other events. A zone moves only the events near midnight.',
    fires: {
      kind: 'sql',
      title: '',
      before: "select date_trunc('month', created_at) as period, count(*) as events from events group by 1",
      after: "select date_trunc('week', created_at) as period, count(*) as events from events group by 1",
      relations: { events },
    },
    silent: [
      {
        kind: 'sql',
        title: 'The same bucket, grouped by its name.',
        before: "select date_trunc('month', created_at) as period, count(*) as events from events group by 1",
        after:
          "select date_trunc('month', e.created_at) as period, count(*) as events from events as e group by date_trunc('month', e.created_at)",
        relations: { events },
      },
    ],
    safeIf:
      'Compare the figures of one known day or month on both sides, and say in the description which unit and zone hold.',
    waive: '',
  },
  messages: {
    bucket: '{place} of `{model}` cuts time by `{after}` now, it was `{before}`',
    zone: '{place} of `{model}` is in another time zone: `{after}`, it was `{before}`',
    now: '{place} of `{model}` is measured from `{after}` now, it was `{before}`',
  },
  find: ({ models }) => models.flatMap((model) => changedTerms(model).flatMap((changed) => findIn(model, changed))),
});

function findIn(model: ComparedModel, changed: ChangedTerm): readonly RuleFinding<Message>[] {
  for (const [messageId, form] of [
    ['bucket', truncating],
    ['zone', zoned],
    ['now', null],
  ] as const) {
    const [gone, come] = form === null ? clockPair(changed) : pairOf(changed, form);
    if (gone === null || come === null) continue;
    return [
      tellEdit(model, {
        messageId,
        edit: changed.edit,
        span: come.span,
        columns: changed.columns,
        data: { place: placeWords(changed), before: termWords(gone), after: termWords(come) },
        matters: mattersOf(messageId),
        safeIf: 'compare the figures of one known day or month on both sides',
        key: `${changed.name} ${gone.name} ${come.name}`,
      }),
    ];
  }
  return [];
}

/** Calls of such functions that only one side has; of a conversion that came or went, what it stands around. */
function pairOf({ before, after }: ChangedTerm, form: RegExp): readonly [Term | null, Term | null] {
  const [ours, theirs] = [callsIn(before, form), callsIn(after, form)];
  const gone = ours.find(({ text }) => !theirs.some((one) => one.text === text)) ?? null;
  const come = theirs.find(({ text }) => !ours.some((one) => one.text === text)) ?? null;
  if (gone !== null && come !== null) return onlyBucket(gone, come) ? [gone, come] : [null, null];
  if (form === truncating) return [null, null];
  if (come !== null) return [sameReads(before, come), come];
  return gone === null ? [null, null] : [gone, sameReads(after, gone)];
}

function callsIn(term: Term, form: RegExp): readonly Term[] {
  return partsIn(term).filter((part) => isCall(part) && form.test(part.name));
}

function sameReads(term: Term, call: Term): Term | null {
  return partsIn(term).find((part) => part.reads.length > 0 && readsText(part) === readsText(call)) ?? null;
}

/** Whether two calls differ in their unit, zone or column; not only inside a long operand. */
function onlyBucket(gone: Term, come: Term): boolean {
  if (gone.name !== come.name) return true;
  const pairs = gone.children
    .map((child, at) => [child, come.children[at]] as const)
    .filter(([one, other]) => one.text !== other?.text);
  const isPlain = ({ kind }: Term): boolean => kind === 'literal' || kind === 'column' || kind === 'other';
  return pairs.every(([one, other]) => isPlain(one) || (other !== undefined && isPlain(other)));
}

function clockPair({ before, after }: ChangedTerm): readonly [Term | null, Term | null] {
  const find = (term: Term, form: RegExp): Term | null =>
    partsIn(term).find((part) => isCall(part) && form.test(part.name)) ?? null;
  const [wasDay, isDay, wasTime, isTime] = [
    find(before, today),
    find(after, today),
    find(before, now),
    find(after, now),
  ];
  if (wasDay !== null && isDay === null && isTime !== null && wasTime === null) return [wasDay, isTime];
  if (wasTime !== null && isTime === null && isDay !== null && wasDay === null) return [wasTime, isDay];
  return [null, null];
}

function isCall({ kind }: Term): boolean {
  return kind === 'function' || kind === 'operator';
}

function mattersOf(messageId: Message): string {
  if (messageId === 'zone') return 'events within some hours of midnight fall on another day';
  return messageId === 'now'
    ? 'rows of the day on which it runs: a date is its midnight'
    : 'each event that is not at the start of both buckets is counted in another one';
}
