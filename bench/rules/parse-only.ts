// What the gate `sql-rules` says of the real pull requests of the corpora by manifests of `dbt parse`, held against what it says with the
// SQL that dbt compiled. Two findings are the same when they are of one message and one node.
//
//   npm run bench:rules:parse-only -- [--only dbt_stripe/pr75] [--show]
//
// `--show` prints the findings that only one of the two has.
import { parseArgs } from 'node:util';
import type { RatedFinding } from '#core/policy';
import { createSqlReader } from '#edges/sql-engines';
import { changeOf, judged, pullRequests } from './real-pairs.ts';

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, show: { type: 'boolean', default: false } },
});
const sqlReader = createSqlReader();
const counts = { both: 0, missed: 0, more: 0 };
for (const pair of pullRequests().filter((one) => one.includes(values.only))) {
  const compiled = judged(await changeOf(pair, sqlReader));
  const parsed = judged(await changeOf(pair, sqlReader, true));
  const [known, told] = [keysOf(compiled.findings), keysOf(parsed.findings)];
  const missed = compiled.findings.filter((one) => !told.has(keyOf(one)));
  const more = parsed.findings.filter((one) => !known.has(keyOf(one)));
  counts.both += compiled.findings.length - missed.length;
  counts.missed += missed.length;
  counts.more += more.length;
  console.log(
    `${pair}: compiled ${compiled.findings.length}, not told ${missed.length}, more ${more.length}; ${parsed.summary}`,
  );
  if (values.show)
    for (const [sign, ones] of [
      ['-', missed],
      ['+', more],
    ] as const)
      for (const one of ones) show(sign, one);
}
await sqlReader.close();
const { both, missed, more } = counts;
console.log(`of ${both + missed} findings with compiled SQL ${both} are told by dbt parse alone, ${more} others`);

function keysOf(findings: readonly RatedFinding[]): ReadonlySet<string> {
  return new Set(findings.map(keyOf));
}

function keyOf({ messageId, subject }: RatedFinding): string {
  return `${messageId} ${typeof subject === 'string' ? subject : subject.uniqueId}`;
}

function show(sign: string, { messageId, subject, text, cost, basis, place }: RatedFinding): void {
  const uniqueId = typeof subject === 'string' ? subject : subject.uniqueId;
  console.log(
    `  ${sign} ${messageId} ${cost} ${basis} ${uniqueId}${place === null ? '' : `:${place.startLine}`}\n      ${text}`,
  );
}
