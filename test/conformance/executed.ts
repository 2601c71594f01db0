import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { analyzeChange } from '#core/change';
import type { DbtProject } from '#core/dbt';
import { parseManifest } from '#core/dbt';
import type { Answer, Answers, Question } from '#core/evidence';
import type { Gate, GateResult } from '#core/gates';
import { gates } from '#core/gates';
import { inputOf } from '../support/data-answers.ts';

const corpora = process.env['WEIRKEEPER_CORPORA'] ?? fileURLToPath(new URL('../../../shared/corpora', import.meta.url));
const gate = gates.find(({ id }) => id === 'row-count') as Gate;

interface Executed {
  readonly repo: string;
  readonly pr: number;
  readonly changed: readonly { readonly model: string; readonly base_rows?: number; readonly head_rows?: number }[];
}

/** Feeds the row-count gate with counts of pull requests that were really built, and says which models it reports and should not, or the other way. */
export function checkExecuted(): void {
  const file = join(corpora, 'executed.jsonl');
  if (!existsSync(file)) {
    console.log(`executed pull requests: skipped, because ${file} is not there`);
    return;
  }
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const all = lines.map((line) => checkOne(JSON.parse(line) as Executed));
  const fed = all.filter((one) => one !== null);
  const moved = fed.reduce((sum, { expected }) => sum + expected.length, 0);
  const missed = fed.flatMap((one) =>
    one.expected.filter((id) => !one.reported.includes(id)).map((id) => `${one.name}: not reported: ${id}`),
  );
  const wrong = fed.flatMap((one) =>
    one.reported
      .filter((id) => !one.expected.includes(id))
      .map((id) => `${one.name}: reported, though not moved: ${id}`),
  );
  const without = all.length - fed.length;
  console.log(
    `executed pull requests: ${fed.length} fed (${without} without manifests here), ${moved} models moved, ${moved - missed.length} of them reported, ${wrong.length} others reported`,
  );
  for (const line of [...missed, ...wrong]) console.log(`  ${line}`);
  if (wrong.length + missed.length > 0) process.exitCode = 1;
}

function checkOne({ repo, pr, changed }: Executed) {
  const folder = join(corpora, 'pull-requests', repo.split('/')[1] ?? '', `pr${pr}`);
  if (!existsSync(folder)) return null;
  const [base, head] = ['base', 'head'].map((side) => read(join(folder, `${side}.manifest.json.gz`)));
  if (base === undefined || head === undefined) return null;
  const side = { catalog: null, runResults: null, artifacts: [], origin: '', stale: null };
  const change = analyzeChange(
    { pullRequest: null, base: { ...side, project: base }, head: { ...side, project: head } },
    new Map(),
  );
  const rows = new Map(changed.map((one) => [one.model, one]));
  const input = inputOf(change, { threshold_percent: 0, children: 50 });
  const result = gate.appliesTo(input) === 'yes' ? gate.judge(input, answersFrom(gate.ask(input), rows)) : null;
  // The corpus tells of models only.
  const expected = changed.filter((one) => one.base_rows !== one.head_rows).map(({ model }) => model);
  return {
    name: `${repo}#${pr}`,
    expected,
    reported: (result === null ? [] : reportedBy(result, head)).filter((id) => id.startsWith('model.')),
  };
}

/** What is not in the corpus did not move: ten rows on both sides. The corpus' two builds had schemas of their own. */
function answersFrom(questions: readonly Question[], rows: ReadonlyMap<string, Executed['changed'][number]>): Answers {
  return new Map(
    questions.flatMap((question): readonly (readonly [string, Answer])[] => {
      if (question.kind !== 'row-count') return [];
      const own = rows.get(question.uniqueId);
      const count = own === undefined ? 10 : question.side === 'base' ? own.base_rows : own.head_rows;
      if (count === undefined) return [];
      return [
        [question.key, { known: true, kind: 'row-count', rows: count, source: 'weirkeeper-evidence.json', at: '' }],
      ];
    }),
  );
}

/** The subjects of findings on rows, and the models that are told with them. */
function reportedBy(result: GateResult, { nodes }: DbtProject): readonly string[] {
  if (result.outcome !== 'failed') return [];
  const byName = new Map(
    [...nodes.values()]
      .filter(({ resourceType }) => resourceType === 'model')
      .map((node) => [node.name, node.uniqueId]),
  );
  return result.findings.flatMap(({ subject, matters }) => {
    const told = /with it: ([^;]*)/.exec(matters)?.[1] ?? '';
    const followers = [...told.matchAll(/(?:^|, )(\w+) [\d,]+ →/g)].map(([, name = '']) => byName.get(name) ?? name);
    return [typeof subject === 'string' ? subject : subject.uniqueId, ...followers];
  });
}

function read(path: string): DbtProject | undefined {
  const parsed = parseManifest(gunzipSync(readFileSync(path)).toString(), path);
  return parsed.ok ? parsed.value : undefined;
}
