// Changes models by mutation operators and by rewrites, runs both on DuckDB, and holds what comes out against what the rules say.
//
//   npm run conformance:mutants -- [--limit 2] [--models 30] [--inputs 288] [--seconds 600] [--only-proven] [--show]
//
// The models are the demo's, which are run on its warehouse too, queries of the project's own, and `--models` of the corpora's
// (WEIRKEEPER_CORPORA, else `../shared/corpora`), the same each time; of each model at most `--limit` places an operator (of the
// corpora's one), until `--seconds` have passed. Rows are made up by the search for counterexamples, `--inputs` sets a pair.
//
// A mutant that gives other rows on data that keep the project's tests has changed; the rules should report it. Of the others is
// printed what they are: proven to be the same; the same by the tests, it seems, as only rows that break one show a difference; or not told
// apart, which is no proof. The rules should leave the first two silent; of the third nobody knows. With `--only-proven` nothing
// is run but what is called proven. Before all, the rewrites of docs/rewrites.md are run with their near misses.
// Exit 1 where something is called proven and the output changes.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { CounterexampleQuestion } from '#core/evidence';
import { counterexampleQuestion } from '#core/evidence';
import { compareModels } from '#core/rules';
import { createSqlReader } from '#edges/sql-engines';
import { diffSql } from '#review';
import { questionOf } from '../../src/core/gates/sql-rules/counterexamples.ts';
import { diceOf } from '../../src/edges/counterexample/dice.ts';
import { search } from '../../src/edges/counterexample/search.ts';
import { id } from '../support/a-project.ts';
import { corporaModels, demoModels, type MutantModel, ownModels } from '../support/mutant-models.ts';
import { rewrites } from '../support/rewrites.ts';
import { mutantsOf, rewritesOf, type SqlMutant } from '../support/sql-mutants.ts';
import { laboratoryOf, type Told } from '../support/told-apart.ts';

const { values } = parseArgs({
  options: {
    limit: { type: 'string', default: '2' },
    models: { type: 'string', default: '30' },
    inputs: { type: 'string', default: '288' },
    seconds: { type: 'string', default: '600' },
    'only-proven': { type: 'boolean', default: false },
    show: { type: 'boolean', default: false },
  },
});

interface Row {
  made: number;
  changed: number;
  reported: number;
  proven: number;
  tested: number;
  testedSilent: number;
  open: number;
  openSilent: number;
  notRun: number;
}

const empty: Row = {
  ...{ made: 0, changed: 0, reported: 0, proven: 0, tested: 0, testedSilent: 0, open: 0, openSilent: 0, notRun: 0 },
};
const demo = join(import.meta.dirname, '../../demo');
const corpora = process.env['WEIRKEEPER_CORPORA'] ?? join(import.meta.dirname, '../../../shared/corpora');
const reader = createSqlReader();
const laboratory = laboratoryOf(Number(values.inputs));
const warehouse = await (
  await DuckDBInstance.create(join(demo, 'warehouse/cinderhouse.duckdb'), { access_mode: 'READ_ONLY' })
).connect();
const [mutants, kept] = [new Map<string, Row>(), new Map<string, Row>()];
const notRun = new Map<string, number>();
let wrong = 0;

await holdRewrites();
const found = existsSync(corpora) ? corporaModels(corpora) : [];
if (found.length === 0) console.log(`corpora: skipped, because ${corpora} is not there`);
await changeAll(demoModels(demo), found.slice(0, Number(values.models)));
await reader.close();
await laboratory.close();
print();
process.exitCode = wrong > 0 ? 1 : 0;

/** The documented rewrites: no rows tell the two texts of one apart, and some tell the near miss. */
async function holdRewrites(): Promise<void> {
  const own = rewrites.filter(({ dialect = 'duckdb' }) => dialect === 'duckdb' || dialect === 'postgres');
  for (const { id: name, before, same, other, definitions = {} } of own) {
    const written = Object.entries(definitions).map(([model, sql]) => ({ names: [model], sql }));
    const task = {
      base: before,
      dialect: 'duckdb',
      relations: [],
      definitions: written,
      milliseconds: 60_000,
    } as const;
    const [one, miss] = [
      await search({ ...task, head: same, inputs: Number(values.inputs) }),
      await search({ ...task, head: other, inputs: 5_000 }),
    ];
    const isRight = one.ok && one.found === null && miss.ok && miss.found !== null;
    if (isRight) continue;
    wrong += 1;
    console.log(`WRONG: rewrite ${name}: ${JSON.stringify(one)} near miss: ${JSON.stringify(miss)}`);
  }
  console.log(`${own.length} rewrites of the docs run with their near misses`);
}

/** The own models, then by turns one of the demo's and one of the corpora's, while there is time. */
async function changeAll(demos: readonly MutantModel[], others: readonly MutantModel[]): Promise<void> {
  const until = performance.now() + Number(values.seconds) * 1_000;
  const done = { own: 0, demo: 0, corpora: 0 };
  const turns = demos.map((model, at): readonly (readonly [keyof typeof done, MutantModel])[] => [
    ['demo', model],
    ...(others[at] === undefined ? [] : [['corpora', others[at]] as const]),
  ]);
  const rest = others.slice(demos.length).map((model) => ['corpora', model] as const);
  for (const [kind, model] of [...ownModels().map((one) => ['own', one] as const), ...turns.flat(), ...rest]) {
    if (performance.now() > until) break;
    await change(model, kind === 'corpora' ? 1 : Number(values.limit), kind === 'demo' ? warehouse : null);
    done[kind] += 1;
  }
  const { user, system } = process.cpuUsage();
  const seconds = Math.round((user + system) / 1_000_000);
  console.log(
    `models: ${done.own} own, ${done.demo} of ${demos.length} of the demo, ${done.corpora} of ${others.length} of the corpora; ${seconds} s of CPU`,
  );
}

async function change(model: MutantModel, limit: number, data: DuckDBConnection | null): Promise<void> {
  const bare = model.sql.trim().replace(/;$/, '');
  const pair = { before: model.sql, adapter: null, project: model.project, name: model.name };
  const { change: known } = await diffSql(
    { ...pair, after: `select * from (\n${bare}\n) as q where 1 = 2` },
    reader,
    [],
  );
  const uniqueId = known.modified[0]?.uniqueId ?? id(model.name);
  const asked =
    questionOf(compareModels(known).input, uniqueId) ??
    counterexampleQuestion({ uniqueId, dialect: 'generic', base: bare, head: bare, relations: [] });
  const question = await laboratory.withTypes(asked, bare);
  if (!values['only-proven']) {
    const alone = await laboratory.tellFree(bare, bare, question);
    if (alone !== 'open') {
      const why =
        typeof alone === 'string' ? 'its output is not the same twice' : alone.notRun.replaceAll(/["\d]+/g, '…');
      notRun.set(why, (notRun.get(why) ?? 0) + 1);
      if (values.show) console.log(`${model.name}: not run: ${why}`);
      return;
    }
  }
  const before = data === null ? null : await bagOf(data, model.sql);
  const hold = async (mutant: SqlMutant, rows: Map<string, Row>): Promise<void> => {
    const after = before === null || data === null ? null : await bagOf(data, mutant.sql);
    await holdOne({ model, mutant, question, differs: before !== null && after !== null && before !== after }, rows);
  };
  for (const mutant of some(mutantsOf(model.sql), limit)) await hold(mutant, mutants);
  for (const rewrite of some(rewritesOf(model.sql), limit)) await hold(rewrite, kept);
}

/** At most `limit` places of each operator, the same each time. */
function some(all: readonly SqlMutant[], limit: number): readonly SqlMutant[] {
  const dice = diceOf(all.length);
  return [...Map.groupBy(all, ({ operator }) => operator).values()].flatMap((ones) => {
    const start = Math.floor(dice.roll() * ones.length);
    return ones.length <= limit ? ones : Array.from({ length: limit }, (_, at) => ones[(start + at) % ones.length]!);
  });
}

interface Held {
  readonly model: MutantModel;
  readonly mutant: SqlMutant;
  readonly question: CounterexampleQuestion;
  /** Whether the model's own data tell them apart. */
  readonly differs: boolean;
}

async function holdOne({ model, mutant, question, differs }: Held, rows: Map<string, Row>): Promise<void> {
  const { operator, sql } = mutant;
  const row = rows.get(operator) ?? { ...empty };
  rows.set(operator, row);
  const pair = { before: model.sql, after: sql, adapter: null, project: model.project, name: model.name };
  const { findings, equivalent } = await diffSql(pair, reader, []);
  const isProven = equivalent === 'proven';
  row.made += 1;
  if (values['only-proven'] && !isProven) return;
  const told: Told = differs ? 'changed' : await laboratory[isProven ? 'tellFree' : 'tell'](model.sql, sql, question);
  const isSilent = findings.length === 0;
  const say = (what: string): void => {
    if (values.show)
      console.log(`${what}: ${model.name}, ${operator}: ${findings.map(({ text }) => text).join('; ')}\n${sql}\n`);
  };
  if (typeof told !== 'string') row.notRun += 1;
  else if (told === 'changed') {
    row.changed += 1;
    if (!isSilent) row.reported += 1;
    else say('not reported');
  } else if (isProven) row.proven += 1;
  else {
    row[told] += 1;
    if (isSilent) row[told === 'tested' ? 'testedSilent' : 'openSilent'] += 1;
    else say(told === 'tested' ? 'told, and the tests make it the same' : 'told, and not told apart');
  }
  if (told !== 'changed' || !isProven) return;
  wrong += 1;
  console.log(`PROVEN AND CHANGED: ${model.name}, ${operator}\n${model.sql}\n-- becomes\n${sql}\n`);
}

async function bagOf(db: DuckDBConnection, sql: string): Promise<string | null> {
  try {
    const bare = sql.trim().replace(/;$/, '');
    const text = `select count(*) || ' ' || coalesce(sum(hash(q)::hugeint), 0) as bag from (\n${bare}\n) as q`;
    const [[bag] = []] = (await db.runAndReadAll(text)).getRows();
    return String(bag);
  } catch {
    return null;
  }
}

function percent(part: number, whole: number): string {
  return (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(0)} %`).padStart(6);
}

function print(): void {
  for (const [why, count] of [...notRun].sort((a, b) => b[1] - a[1])) console.log(`${count} models not run: ${why}`);
  for (const [title, rows] of [
    ['mutant', mutants],
    ['rewrite', kept],
  ] as const) {
    const all = { ...empty };
    for (const row of rows.values()) for (const key of Object.keys(all) as (keyof Row)[]) all[key] += row[key];
    console.log(
      `\n${title.padEnd(32)}  made not run | changed reported  share | proven | by tests silent  share | not apart silent  share`,
    );
    for (const [name, row] of [...[...rows].sort(([a], [b]) => a.localeCompare(b)), ['all', all] as const])
      console.log(lineOf(name, row));
  }
  console.log(`\n${wrong} called proven whose output changes; not apart: by ${values.inputs} inputs`);
}

function lineOf(name: string, row: Row): string {
  const { made, changed, reported, proven, tested, testedSilent, open, openSilent } = row;
  const cell = (value: number, width: number): string => String(value).padStart(width);
  return [
    `${name.padEnd(32)} ${cell(made, 5)} ${cell(row.notRun, 7)}`,
    `${cell(changed, 7)} ${cell(reported, 8)} ${percent(reported, changed)}`,
    cell(proven, 6),
    `${cell(tested, 8)} ${cell(testedSilent, 6)} ${percent(testedSilent, tested)}`,
    `${cell(open, 9)} ${cell(openSilent, 6)} ${percent(openSilent, open)}`,
  ].join(' | ');
}
