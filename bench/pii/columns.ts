// Measures the dictionary on columns of real dbt projects in which people labelled personal data: recall on their labels,
// precision raw and without unlabelled direct identifiers (`suspect_miss`), beside a one-line regex over the same columns.
// Two halves, parted by a hash of repository and model, are printed apart: an overfit dictionary would show a gap.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { categoryIds, categoryOf, classifyColumnName, isPersonTable, traitsOf } from '../../src/core/pii/index.ts';

interface Row {
  readonly repo: string;
  readonly path: string;
  readonly model: string;
  readonly column: string;
  readonly label: string;
  readonly label_source: string | null;
  readonly data_type: string | null;
  readonly description: string | null;
  readonly suspect_miss: boolean;
}

interface Judged {
  readonly row: Row;
  readonly half: 'even' | 'odd';
  readonly category: string | null;
  readonly personTable: boolean;
  readonly yardstick: boolean;
}

const file = join(process.env['WEIRKEEPER_CORPORA'] ?? '../shared/corpora', 'pii-columns.jsonl');
if (!existsSync(file)) {
  console.log(`skipped: no ${file} (set WEIRKEEPER_CORPORA)`);
  process.exit(0);
}
const oneLine =
  /name|e?mail|phone|mobile|fax|address|street|zip|postal|birth|dob|ssn|passport|iban|gender|ethnic|salary|password|latitude|longitude/i;
const goals = { recall: 0.85, precision: 0.9 };

const rows = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);
const judged = [...Map.groupBy(rows, ({ repo, path, model }) => `${repo}\n${path}\n${model}`)].flatMap(([key, group]) =>
  judge(key, group),
);

console.log('                              columns  recall  precision raw  without suspects');
print('dictionary, all', judged, hit);
for (const half of ['even', 'odd'] as const) {
  const part = judged.filter((one) => one.half === half);
  print(`dictionary, ${half} half`, part, hit);
}
print('one-line regex, all', judged, ({ yardstick }) => yardstick);
print(
  'dictionary, no whole-model label',
  judged.filter(({ row }) => row.label_source?.startsWith('model-level') !== true),
  hit,
);
print('hits that the gate speaks of', judged, isSpokenOf);
console.log(
  'for orientation, on 3,454 columns of the largest of these projects: piicatcher P .51 R .67, a first token dictionary P .69 R .66',
);

console.log('\nby repository, and what a classifier of names says there that learned from all the others:');
for (const repo of [...new Set(rows.map((row) => row.repo))].sort()) {
  const own = judged.filter(({ row }) => row.repo === repo);
  const learned = learnNames(judged.filter(({ row }) => row.repo !== repo));
  print(repo.slice(0, 32), own, hit);
  print('  learned names', own, learned);
}

console.log('\ncategory              hits  labelled  suspects  others');
for (const [category, all] of [...Map.groupBy(judged.filter(hit), ({ category }) => category ?? '')].sort()) {
  const labelled = all.filter(isLabelled).length;
  const suspects = all.filter(({ row }) => row.suspect_miss).length;
  const cells = [all.length, labelled, suspects, all.length - labelled - suspects].map((one) =>
    String(one).padStart(6),
  );
  console.log(`${category.padEnd(18)}${cells.join('    ')}`);
}
const reasons = JSON.parse(readFileSync(new URL('judged.json', import.meta.url), 'utf8')) as Record<
  'false' | 'missed',
  Readonly<Record<string, readonly string[]>>
>;
const unjudged: string[] = [];
let personal = 0;
for (const kind of ['false', 'missed'] as const) {
  const errors = judged.filter(
    (one) => hit(one) !== isLabelled(one) && hit(one) === (kind === 'false') && !one.row.suspect_miss,
  );
  console.log(
    `\n${kind === 'false' ? 'hits without a label' : 'labels without a hit'}, as judged by hand (bench/pii/judged.json):`,
  );
  const left = new Set(errors);
  for (const [why, names] of Object.entries(reasons[kind])) {
    const own = errors.filter(({ row }) => names.includes(`${row.model}.${row.column}`));
    for (const one of own) left.delete(one);
    if (why.startsWith('personal')) personal += own.length;
    console.log(`${String(own.length).padStart(5)}  ${why}`);
    if (process.argv.includes('--errors'))
      for (const { row } of own) console.log(`         ${row.model}.${row.column}`);
  }
  unjudged.push(
    ...[...left].map(({ row, category }) => `${kind}: ${row.model}.${row.column} (${category ?? 'nothing'})`),
  );
}
const hitsClean = judged.filter((one) => hit(one) && !one.row.suspect_miss);
const right = hitsClean.filter(isLabelled).length;
console.log(
  `precision with those counted as right that are personal and not labelled: ${((right + personal) / hitsClean.length).toFixed(3)}`,
);
for (const one of unjudged) console.error(`not judged yet: ${one}`);
if (unjudged.length > 0) process.exitCode = 1;
const { recall, clean } = figures(judged, hit);
console.log(`\ngoal recall ${goals.recall}: ${recall >= goals.recall ? 'reached' : 'NOT reached'}`);
console.log(
  `goal precision without suspects ${goals.precision}: ${clean >= goals.precision ? 'reached' : 'NOT reached'}`,
);

function judge(key: string, group: readonly Row[]): readonly Judged[] {
  const names = group.map(({ column }) => column);
  const personTable = isPersonTable(group[0]?.model ?? '', names);
  const table = traitsOf(group[0]?.model ?? '', names);
  const half = (createHash('sha256').update(key).digest()[0] ?? 0) % 2 === 0 ? 'even' : 'odd';
  return group.map((row) => {
    const around = { personTable, table, dataType: row.data_type, description: row.description ?? '' };
    const category = classifyColumnName(row.column, around)?.category ?? null;
    return { row, half, category, personTable, yardstick: oneLine.test(row.column) };
  });
}

/** As the gate has it: identifiers and grave data; a key, a region or a remark that only a name tells of is not spoken of. */
function isSpokenOf({ category }: Judged): boolean {
  const id = categoryIds.find((one) => one === category);
  if (id === undefined) return false;
  const { sensitivity, privacyClass } = categoryOf(id);
  return sensitivity >= 3 || (sensitivity === 2 && privacyClass === 'identifier');
}

function hit({ category }: Judged): boolean {
  return category !== null;
}

function isLabelled({ row }: Judged): boolean {
  return row.label === 'pii';
}

/** Naive Bayes over the words of names and whether the table is one of people: what names alone carry from one repository to another. */
function learnNames(from: readonly Judged[]): (one: Judged) => boolean {
  const counts = { yes: new Map<string, number>(), no: new Map<string, number>() };
  const totals = { yes: 0, no: 0 };
  for (const one of from) {
    const side = isLabelled(one) ? 'yes' : 'no';
    totals[side] += 1;
    for (const word of signsOf(one)) counts[side].set(word, (counts[side].get(word) ?? 0) + 1);
  }
  return (one) => {
    let odds = Math.log((totals.yes + 1) / (totals.no + 1));
    for (const word of signsOf(one)) {
      const share = (side: 'yes' | 'no') => ((counts[side].get(word) ?? 0) + 0.5) / (totals[side] + 1);
      odds += Math.log(share('yes') / share('no'));
    }
    return odds > 0;
  };
}

function signsOf({ row, personTable }: Judged): readonly string[] {
  const words = row.column
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z]+/);
  return [...new Set(words.filter((word) => word !== '')), personTable ? '(people)' : '(things)'];
}

function figures(all: readonly Judged[], isHit: (one: Judged) => boolean) {
  const hits = all.filter(isHit);
  const right = hits.filter(isLabelled).length;
  const clean = hits.filter(({ row }) => !row.suspect_miss).length;
  const share = (a: number, b: number) => (b === 0 ? 0 : a / b);
  return {
    recall: share(right, all.filter(isLabelled).length),
    raw: share(right, hits.length),
    clean: share(right, clean),
  };
}

function print(title: string, all: readonly Judged[], isHit: (one: Judged) => boolean): void {
  const { recall, raw, clean } = figures(all, isHit);
  const cells = [recall.toFixed(3).padStart(8), raw.toFixed(3).padStart(15), clean.toFixed(3).padStart(18)];
  console.log(`${title.padEnd(33)}${String(all.length).padStart(5)}${cells.join('')}`);
}
