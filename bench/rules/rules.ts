// Runs the semantic rules on labelled edits of real models, and prints what they say by label and by kind.
//
//   npm run bench:rules -- [--show] [--label defect]
//
// Each edit is compared as `weirkeeper diff-sql` does, without the search for counterexamples. Which rules name which kind of edit
// was written down before anything was measured: kinds.json has the numbers of the rules, rule-ids.json what they are called.
// `right`: a finding of such a rule; `in 3`: among the first three. WEIRKEEPER_CORPORA names the folder of the corpora; without it,
// `../shared/corpora`. Exit 1 when a goal is missed.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { type DbtProject, parseManifest } from '#core/dbt';
import { rules } from '#core/rules';
import { createSqlReader } from '#edges/sql-engines';
import { diffSql, type SqlDiff } from '#review';
import { corpora, type Edit, modelOf, readEdits } from './edits.ts';

const { values } = parseArgs({ options: { show: { type: 'boolean', default: false }, label: { type: 'string' } } });
interface Told {
  readonly edit: Edit;
  readonly diff: SqlDiff;
  /** Rules of the findings, in the order in which they are told. */
  readonly ids: readonly string[];
  readonly severities: readonly string[];
  readonly right: boolean;
  readonly inThree: boolean;
  /** Whether any rule is about this kind of edit. */
  readonly hasRule: boolean;
}

const known = ['postgres', 'bigquery', 'snowflake', 'redshift', 'databricks', 'duckdb', 'clickhouse'];
const read = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8')) as Record<string, unknown>;
const kinds = read('kinds.json') as Record<string, readonly number[]>;
const ids = read('rule-ids.json') as Record<string, string>;
for (const { id } of rules)
  if (!Object.values(ids).includes(id)) throw new TypeError(`rule-ids.json does not have ${id}: give it its number`);

const edits = readEdits().filter(({ label }) => values.label === undefined || label === values.label);
const reader = createSqlReader();
const told: Told[] = [];
for (const edit of edits) told.push(await tell(edit));
await reader.close();

print();

async function tell(edit: Edit): Promise<Told> {
  const name = modelOf(edit);
  const compiled = compiledOf(edit);
  const { before, after } = edit;
  const more =
    compiled === null ? { project: null } : { project: compiled.project, baseProject: compiled.baseProject, compiled };
  const adapters = compiled === null ? adaptersOf(edit) : [compiled.adapter];
  const diff = await onAny(adapters, (adapter) => diffSql({ before, after, adapter, name, ...more }, reader, []));
  const findings = [...diff.findings].sort((a, b) => (a.severity ?? 'S4').localeCompare(b.severity ?? 'S4'));
  const found = findings.map(({ messageId }) => messageId.split('/')[0] ?? messageId);
  const wanted = new Set(edit.kind.flatMap((kind) => kinds[kind] ?? []).map((number) => ids[number] ?? ''));
  const isRight = (id: string): boolean => wanted.has(id);
  const one = {
    edit,
    diff,
    ids: found,
    severities: findings.map(({ severity }) => severity ?? 'S4'),
    right: found.some(isRight),
    inThree: found.slice(0, 3).some(isRight),
    hasRule: edit.kind.some((kind) => (kinds[kind] ?? []).length > 0),
  };
  if (values.show) {
    const { equivalent, why } = diff;
    console.log(`${edit.id} ${edit.label} ${edit.kind.join(', ')}: ${edit.note.slice(0, 100)}`);
    console.log(`   ${equivalent}${why === null ? '' : ` (${why.text.slice(0, 160)})`}${one.inThree ? ' RIGHT' : ''}`);
    for (const { severity, text } of findings) console.log(`   ${severity ?? ''} ${text.slice(0, 200)}`);
  }
  return one;
}

/** Of an edit whose pull request is among the corpora's: what dbt compiled on both sides, which is what a review compares. */
function compiledOf(
  edit: Edit,
): { before: string; after: string; adapter: string; project: DbtProject; baseProject: DbtProject } | null {
  const paths = manifestsOf(edit);
  if (!paths.every(existsSync)) return null;
  const [before, after] = paths.map((path, at) => {
    const manifest = parseManifest(gunzipSync(readFileSync(path)).toString('utf8'), path);
    if (!manifest.ok) return null;
    const node = [...manifest.value.nodes.values()].find((one) => one.originalFilePath === edit.path);
    const isEdit = edit.manifest_pair === true || node?.rawCode.trim() === (at === 0 ? edit.before : edit.after).trim();
    return { sql: isEdit ? (node?.compiledCode ?? null) : null, project: manifest.value };
  });
  if (before?.sql == null || after?.sql == null) return null;
  const { project } = after;
  return {
    before: before.sql,
    after: after.sql,
    adapter: project.metadata.adapterType ?? 'postgres',
    project,
    baseProject: before.project,
  };
}

/** Where the manifests of an edit's pull request would lie: the corpora have pull requests, and one more pair among the artifacts. */
function manifestsOf({ repo, note }: Edit): readonly [string, string] {
  const number = /\bPR (\d+)\b/.exec(note)?.[1] ?? '';
  const artifacts = join(corpora, 'artifacts', 'DataRecce+recce', 'tests/data/manifest');
  if (repo === 'DataRecce/jaffle_shop_duckdb')
    return [join(artifacts, 'base/manifest.json.gz'), join(artifacts, `pr${number}`, 'manifest.json.gz')];
  const folder = join(corpora, 'pull-requests', repo.split('/').at(-1) ?? '', `pr${number}`);
  return [join(folder, 'base.manifest.json.gz'), join(folder, 'head.manifest.json.gz')];
}

/** The warehouses that a package is written for; where it is not said, the corpora's most common. */
function adaptersOf({ adapter }: Edit): readonly string[] {
  const named = adapter.split('/').filter((name) => known.includes(name));
  return named.length > 0 ? named : ['snowflake'];
}

/** What is told on the first warehouse on which the edit is not proven to mean the same: it may be about one of them only. */
async function onAny(adapters: readonly string[], compare: (adapter: string) => Promise<SqlDiff>): Promise<SqlDiff> {
  const [first = 'snowflake', ...others] = adapters;
  const diff = await compare(first);
  return diff.equivalent !== 'proven' || others.length === 0 ? diff : onAny(others, compare);
}

function median(values: readonly string[]): string {
  return [...values].sort()[Math.floor((values.length - 1) / 2)] ?? 'none';
}

/** The worst severity of each edit; S5 where nothing is said. */
function worst(of: readonly Told[]): readonly string[] {
  return of.map(({ severities }) => [...severities].sort()[0] ?? 'S5');
}

function line(name: string, of: readonly Told[]): string {
  const count = (test: (one: Told) => boolean): string => String(of.filter(test).length).padStart(6);
  const findings = of.reduce((sum, one) => sum + one.ids.length, 0) / Math.max(1, of.length);
  return [
    name.padEnd(32),
    String(of.length).padStart(5),
    count((one) => one.diff.equivalent === 'proven'),
    count((one) => one.diff.why !== null && one.diff.why.code !== 'not-proven'),
    count((one) => one.ids.length > 0),
    count((one) => one.right),
    count((one) => one.inThree),
    findings.toFixed(1).padStart(6),
    median(worst(of)).padStart(4),
  ].join(' ');
}

function print(): void {
  console.log(`${'label, kind'.padEnd(32)} edits proven unread  found  right   in 3  each  worst`);
  for (const label of ['defect', 'intended', 'no_op'] as const) {
    const of = told.filter(({ edit }) => edit.label === label);
    if (of.length === 0) continue;
    console.log(line(label, of));
    for (const kind of [...new Set(of.flatMap(({ edit }) => edit.kind))].sort())
      console.log(
        line(
          `  ${kind}`,
          of.filter(({ edit }) => edit.kind.includes(kind)),
        ),
      );
  }
  const by = (label: Edit['label']): readonly Told[] => told.filter(({ edit }) => edit.label === label);
  const share = (part: number, whole: number): number => (100 * part) / Math.max(1, whole);
  const defects = by('defect');
  const named = defects.filter(({ hasRule }) => hasRule);
  const noOps = by('no_op');
  const inThree = defects.filter((one) => one.inThree).length;
  const goals = [
    [
      `defects with the right cause among the first three: ${share(inThree, defects.length).toFixed(0)} % (of those that a rule is about ${share(inThree, named.length).toFixed(0)} %; goal 75 %)`,
      share(inThree, defects.length) >= 75,
    ],
    [
      `no_op with a finding: ${noOps.filter((one) => one.ids.length > 0).length} (goal 0)`,
      noOps.every((one) => one.ids.length === 0),
    ],
    [
      `no_op proven: ${share(noOps.filter((one) => one.diff.equivalent === 'proven').length, noOps.length).toFixed(0)} % (goal 80 %)`,
      share(noOps.filter((one) => one.diff.equivalent === 'proven').length, noOps.length) >= 80,
    ],
    [
      `median of the worst severity: defects ${median(worst(defects))}, intended ${median(worst(by('intended')))} (goal: intended below)`,
      median(worst(by('intended'))) > median(worst(defects)),
    ],
  ] as const;
  console.log('');
  for (const [text, met] of goals) console.log(`${met ? 'met   ' : 'missed'} ${text}`);
  process.exitCode = values.label === undefined && goals.some(([, met]) => !met) ? 1 : 0;
}
