// Prints every finding of the gate `sql-rules` on the real pull requests of the corpora, none counted together, for the judgement in
// docs/evidence/sql-rules.md; then how many there are for a pull request, and of each rule.
//
//   npm run bench:rules:pull-requests -- [--only dbt_stripe/pr75] [--sql]
//
// `--only` takes those whose `<repository>/<pull request>` holds the text; `--sql` shows what differs in the compiled SQL of the models
// with a finding. All in one process, without the search for counterexamples. Exits 1 when a model of which nothing but the file
// changed (`raw_only` of the corpora's labels) has a finding about its SQL.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Change } from '#core/change';
import type { RatedFinding } from '#core/policy';
import { createSqlReader } from '#edges/sql-engines';
import { corpora } from './edits.ts';
import { changeOf, judged, pullRequests } from './real-pairs.ts';

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, sql: { type: 'boolean', default: false } },
});
const pairs = pullRequests().filter((pair) => pair.includes(values.only));
const rawOnly = rawOnlyModels();
const reader = createSqlReader();
const counts: number[] = [];
const hurting: number[] = [];
const kinds = new Map<string, { readonly findings: number; readonly pulls: Set<string> }>();
let faults = 0;
for (const pair of pairs) await judgePair(pair);
await reader.close();
report();

async function judgePair(pair: string): Promise<void> {
  const change = await changeOf(pair, reader);
  const { findings, summary } = judged(change);
  counts.push(findings.length);
  hurting.push(findings.filter(({ cost }) => cost !== 'note').length);
  console.log(`${pair}: ${findings.length} findings; ${summary}`);
  for (const finding of findings) show(pair, finding);
  if (values.sql) showSql(change, findings);
}

function show(
  pair: string,
  { messageId, severity, cost, basis, subject, text, matters, safeIf, place }: RatedFinding,
): void {
  const known = kinds.get(messageId) ?? { findings: 0, pulls: new Set() };
  kinds.set(messageId, { findings: known.findings + 1, pulls: known.pulls.add(pair) });
  const uniqueId = typeof subject === 'string' ? subject : subject.uniqueId;
  const where = place === null ? '' : ` ${place.path}:${place.startLine}`;
  console.log(`  ${messageId} ${severity ?? ''} ${cost} ${basis} ${uniqueId}${where}`);
  console.log(
    `      ${[text, matters, safeIf === '' ? '' : `safe if: ${safeIf}`].filter((part) => part !== '').join(' · ')}`,
  );
  if (
    rawOnly.has(`${pair} ${uniqueId}`) &&
    existsSync(join('src/core/rules/sql', `${messageId.split('/')[0] ?? ''}.ts`))
  ) {
    faults += 1;
    console.error(`${pair}: of ${uniqueId} only the file changed, and it has a finding`);
  }
}

/** Lines that only one side's compiled SQL has. */
function showSql({ base, head }: Change, findings: readonly RatedFinding[]): void {
  const ids = new Set(findings.map(({ subject }) => (typeof subject === 'string' ? subject : subject.uniqueId)));
  for (const uniqueId of ids) {
    const [before, after] = [base, head].map(({ project }) =>
      (project.nodes.get(uniqueId)?.compiledCode ?? '').split('\n').map((line) => line.trim()),
    );
    const [old, fresh] = [new Set(before), new Set(after)];
    console.log(`  ${uniqueId}`);
    for (const line of before ?? []) if (!fresh.has(line)) console.log(`    - ${line}`);
    for (const line of after ?? []) if (!old.has(line)) console.log(`    + ${line}`);
  }
}

/** `<pull request> <unique_id>` of models whose file alone is another. */
function rawOnlyModels(): ReadonlySet<string> {
  const lines = readFileSync(join(corpora, 'model-changes.jsonl'), 'utf8').trim().split('\n');
  const changes = lines.map((line) => JSON.parse(line) as { repo: string; pr: number; model: string; kind: string });
  const raw = changes.filter(({ kind }) => kind.startsWith('raw_only'));
  return new Set(raw.map(({ repo, pr, model }) => `${repo.split('/').at(-1) ?? ''}/pr${pr} ${model}`));
}

function report(): void {
  console.log('');
  for (const [kind, { findings, pulls }] of [...kinds].sort(([, a], [, b]) => b.findings - a.findings))
    console.log(`${String(findings).padStart(5)} in ${String(pulls.size).padStart(2)} pull requests  ${kind}`);
  console.log(`findings for a pull request: ${spread(counts)}`);
  console.log(`of them warnings or worse: ${spread(hurting)}`);
  console.log(`of ${rawOnly.size} models of which only the file changed, with a finding about their SQL: ${faults}`);
  process.exitCode = faults > 0 ? 1 : 0;
}

function spread(all: readonly number[]): string {
  const sorted = [...all].sort((a, b) => a - b);
  const sum = sorted.reduce((total, one) => total + one, 0);
  return `median ${sorted[Math.floor((sorted.length - 1) / 2)] ?? 0}, most ${sorted.at(-1) ?? 0}, all ${sum}`;
}
