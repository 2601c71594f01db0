import { z } from 'zod';
import type { Reason } from '#core/base';
import { grouped, isNonEmpty, plural, reason, toFingerprint } from '#core/base';
import type { Change } from '#core/change';
import { descendantsOf } from '#core/dbt';
import type { Finding } from './gate.ts';
import { defineGate } from './gate.ts';
import { groupReasons, joinReasons } from './group-reasons.ts';
import { beyondReasons, readFigures } from './keys/compare.ts';
import { placeInPatch } from './place-in-patch.ts';
import type { ColumnsDiffer } from './values/columns.ts';
import { compareColumns } from './values/columns.ts';
import type { Compared } from './values/compare.ts';
import { comparedOf } from './values/compare.ts';

const options = z.strictObject({
  /** The share of NULLs of a column may differ by this many points. */
  null_points: z.number().min(0).max(100).default(1),
  /** Its distinct values may differ by this much, in percent of base's. */
  distinct_percent: z.number().min(0).max(1_000_000).default(10),
  /** Values of common keys may differ in this share of rows, in percent. */
  tolerance_percent: z.number().min(0).max(100).default(0),
  /** Relations beyond this many are not compared, and the check says so. */
  max_relations: z.int().min(1).max(10_000).default(50),
});
type Options = z.output<typeof options>;
type Message =
  | 'nulls-moved'
  | 'distinct-moved'
  | 'values-differ'
  | 'values-differ-as-edited'
  | 'columns-otherwise'
  | 'columns-as-edited';

/** Values of base and head of modified relations: NULLs, distinct values, and what the common keys hold. */
export const values = defineGate({
  id: 'values',
  title: 'Values',
  page: {
    what: 'Of every modified relation that both sides have, compares the columns and their types, as the warehouse lists them (else `catalog.json`), NULLs and distinct values of the columns whose making changed, and, where a key is known (see `keys`) and unique on both sides, how many common keys hold the same value in each column that both have with the same type; two NULLs are the same. Where no key is known, NULLs and distinct values of every column are compared instead (up to 50). Types without equality (JSON, arrays, structs, geography) are left out. Floating point is compared as it stands: allow for it with `tolerance_percent`.',
    why: 'A change may keep every row and every key and still write other amounts into them.',
    howToFix:
      'Look at the columns that differ although nobody edited how they are made: a join or filter upstream reaches them.',
    howToWaive:
      'The gate is advisory until the policy says `values: { mode: required }`. Raise `tolerance_percent`, `null_points` or `distinct_percent`, or set the message to `note`.',
  },
  messages: {
    'columns-otherwise': {
      text: '`{model}`: its columns differ as measured, which its SQL does not say: {what}',
      cost: 'warn',
    },
    'columns-as-edited': { text: '`{model}`: its columns differ as measured: {what}', cost: 'note' },
    'nulls-moved': { text: '`{model}.{column}`: NULL in {before} → {after} of rows', cost: 'warn' },
    'distinct-moved': { text: '`{model}.{column}`: {before} → {after} distinct values', cost: 'warn' },
    'values-differ': {
      text: '`{model}.{column}`: the same value in {share} of {common} common keys, although its SQL is as it was',
      cost: 'warn',
    },
    'values-differ-as-edited': {
      text: '`{model}.{column}`: the same value in {share} of {common} common keys',
      cost: 'note',
    },
  },
  options,
  appliesTo({ change, options: { max_relations } }) {
    if (comparedOf(change, max_relations).compared.length > 0) return 'yes';
    return reason('nothing-to-compare', 'no modified relation that both sides have, each its own');
  },
  ask({ change, options: { max_relations } }) {
    return comparedOf(change, max_relations).compared.flatMap(({ listed, profiles, match }) => [
      ...listed,
      ...(profiles ?? []),
      ...(match === null ? [] : [match.keyed.question, match.question]),
    ]);
  },
  judge({ change, options: own }, answers) {
    const { compared, beyond } = comparedOf(change, own.max_relations);
    const asked = compared.flatMap(({ uniqueId, profiles, match }) =>
      [...(profiles ?? []), ...(match === null ? [] : [match.keyed.question, match.question])].map((question) => ({
        uniqueId,
        question,
      })),
    );
    const { figures, missing } = readFigures(asked, answers);
    const columns = compared.map((one) => ({ one, differ: compareColumns(change, one, answers) }));
    const unlisted = columns.flatMap(({ one, differ }) =>
      'code' in differ ? [{ uniqueId: one.uniqueId, cause: differ }] : [],
    );
    const findings = [
      ...columns.flatMap(({ one, differ }) => ('code' in differ ? [] : columnFindings(change, one, differ))),
      ...compared.flatMap((one) => [
        ...profileFindings(change, one, { figures, own }),
        ...matchFindings(change, one, { figures, own }),
      ]),
    ];
    const unsure = [
      ...groupReasons([...missing, ...unlisted]),
      ...repeatedKeys(compared, figures),
      ...beyondReasons(beyond),
    ];
    const summary = `values of ${plural(compared.length, 'relation')} compared${beyond === 0 ? '' : `, of ${beyond} not`}`;
    if (isNonEmpty(findings)) return { outcome: 'failed', summary, findings, unknown: unsure };
    const open = joinReasons(unsure);
    return open === null ? { outcome: 'passed', basis: 'measured', summary } : { outcome: 'unknown', reason: open };
  },
});

interface Means {
  readonly figures: ReadonlyMap<string, Readonly<Record<string, number>>>;
  readonly own: Options;
}

const mostPhrases = 8;

function columnFindings(
  change: Change,
  { uniqueId }: Compared,
  { asEdited, otherwise }: ColumnsDiffer,
): readonly Finding<Message>[] {
  const tell = (messageId: Message, phrases: readonly string[]): readonly Finding<Message>[] => {
    const more = phrases.length > mostPhrases ? `, ${phrases.length - mostPhrases} more` : '';
    const what = `${phrases.slice(0, mostPhrases).join(', ')}${more}`;
    return phrases.length === 0 ? [] : [toFinding(change, { uniqueId, column: null, messageId }, { what })];
  };
  return [...tell('columns-otherwise', otherwise), ...tell('columns-as-edited', asEdited)];
}

function profileFindings(
  change: Change,
  { uniqueId, profiles }: Compared,
  { figures, own }: Means,
): readonly Finding<Message>[] {
  const [before, after] = (profiles ?? []).map(({ key }) => figures.get(key));
  if (before === undefined || after === undefined) return [];
  const count = (of: Readonly<Record<string, number>>, name: string): number => of[name] ?? 0;
  const share = (of: Readonly<Record<string, number>>, column: string): number =>
    count(of, 'rows') === 0 ? 0 : (count(of, `nulls.${column}`) / count(of, 'rows')) * 100;
  return (profiles?.[0].columns ?? []).flatMap(({ name: column }) => {
    const nulls = [share(before, column), share(after, column)] as const;
    const distinct = [count(before, `distinct.${column}`), count(after, `distinct.${column}`)] as const;
    const tell = (messageId: Message, [from, to]: readonly [string, string]): Finding<Message> =>
      toFinding(change, { uniqueId, column, messageId }, { before: from, after: to });
    const isMoved =
      Math.abs(distinct[1] - distinct[0]) * 100 > own.distinct_percent * distinct[0] &&
      !follows(distinct, [count(before, 'rows'), count(after, 'rows')]);
    return [
      ...(Math.abs(nulls[1] - nulls[0]) > own.null_points
        ? [tell('nulls-moved', [percent(nulls[0]), percent(nulls[1])])]
        : []),
      ...(isMoved ? [tell('distinct-moved', [grouped(distinct[0]), grouped(distinct[1])])] : []),
    ];
  });
}

/** Whether values became more or fewer no faster than the rows did, which the gate row-count tells. */
function follows(distinct: readonly [number, number], rows: readonly [number, number]): boolean {
  const [values, all] = [distinct, rows].map(([from, to]) => (from === 0 ? 0 : to / from - 1));
  return values !== undefined && all !== undefined && values * all > 0 && Math.abs(values) <= Math.abs(all);
}

function matchFindings(
  change: Change,
  { uniqueId, match, edited }: Compared,
  { figures, own }: Means,
): readonly Finding<Message>[] {
  const [found, keys] =
    match === null ? [] : [match.question.key, match.keyed.question.key].map((key) => figures.get(key));
  const common = found?.['common'] ?? 0;
  if (match === null || found === undefined || keys === undefined || common === 0 || isRepeated(keys)) return [];
  return match.question.columns.flatMap(({ name: column }) => {
    const equal = found[`equal.${column}`] ?? 0;
    if ((common - equal) * 100 <= own.tolerance_percent * common) return [];
    const messageId = edited.has(column.toLowerCase()) ? 'values-differ-as-edited' : 'values-differ';
    const data = { share: percent((equal / common) * 100), common: grouped(common) };
    return [toFinding(change, { uniqueId, column, messageId }, data)];
  });
}

/** Where a key stands twice, pairs of rows would be compared that do not belong together. */
function repeatedKeys(compared: readonly Compared[], figures: Means['figures']): readonly Reason[] {
  const repeated = compared.filter(({ match }) => {
    const keys = match === null ? undefined : figures.get(match.keyed.question.key);
    return keys !== undefined && isRepeated(keys);
  });
  if (repeated.length === 0) return [];
  const text = `the key is not unique, so values cannot be compared: ${repeated.map(({ uniqueId }) => uniqueId).join(', ')}`;
  return [reason('key-not-unique', text, 'make the key unique, or name another under meta.weirkeeper.key')];
}

function isRepeated(figures: Readonly<Record<string, number>>): boolean {
  return (figures['repeatedBase'] ?? 0) + (figures['repeatedHead'] ?? 0) > 0;
}

function toFinding(
  change: Change,
  {
    uniqueId,
    column,
    messageId,
  }: { readonly uniqueId: Compared['uniqueId']; readonly column: string | null; readonly messageId: Message },
  data: Finding['data'],
): Finding<Message> {
  const node = change.head.project.nodes.get(uniqueId);
  return {
    messageId,
    data: { model: node?.name ?? uniqueId, ...(column === null ? {} : { column }), ...data },
    subject: column === null ? uniqueId : { uniqueId, column },
    place: node === undefined ? null : placeInPatch(change.pullRequest, [node.originalFilePath], /\S/),
    basis: 'measured',
    fingerprint: toFingerprint('values', messageId, uniqueId, column ?? ''),
    matters: '',
    downstream: descendantsOf(change.head.children, uniqueId),
    safeIf: messageId.endsWith('-as-edited') ? '' : 'say why the values should differ',
  };
}

/** Never `100 %` or `0 %` of what is not all or nothing. */
function percent(value: number): string {
  if (value > 99.9 && value < 100) return '> 99.9 %';
  if (value > 0 && value < 0.1) return '< 0.1 %';
  return `${Number.isInteger(value) ? value : value.toFixed(1)} %`;
}
