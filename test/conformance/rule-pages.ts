// Holds the pages of the rules against DuckDB: on each firing example rows are found on which the two queries differ, and
// on no example that must not fire.
//
//   npm run conformance:rules -- [--inputs 10000] [--rule ID]
//
// Examples that DuckDB cannot run are listed with the reason that their page gives. Exit 1 on an example that does not
// do what its page says, and on one that is not run without a reason.
import { parseArgs } from 'node:util';
import { rules, type SqlExample } from '#core/rules';
import { runExample } from '../support/run-example.ts';

const { values } = parseArgs({ options: { inputs: { type: 'string', default: '10000' }, rule: { type: 'string' } } });
const inputs = Number(values.inputs);
/** A counterexample that is not among so many inputs is not looked for further. */
const firingInputs = 10_000;
const started = process.cpuUsage();
let tried = 0;
const count = { fires: 0, silent: 0, notRun: 0, dbt: 0 };
const wrong: string[] = [];

for (const { id, page } of rules.filter((rule) => values.rule === undefined || rule.id === values.rule)) {
  const examples = [
    ...[page.fires, ...(page.alsoFires ?? [])].map((example) => ({ example, fires: true })),
    ...page.silent.map((example) => ({ example, fires: false })),
  ];
  for (const [at, { example, fires }] of examples.entries()) {
    const name = `${id}: ${fires ? 'fires' : `silent ${String(at)}`}${example.title === '' ? '' : ` (${example.title})`}`;
    if (example.kind === 'sql') await hold(name, example, fires);
    else count.dbt += 1;
  }
}
console.log(
  `${String(count.fires)} firing examples have a counterexample; ${String(count.silent)} silent ones survived ${String(inputs)} inputs each; ` +
    `${String(count.notRun)} are not run, for the reasons above; ${String(count.dbt)} are dbt's YAML, Jinja or CSV, which no database runs`,
);
const { user, system } = process.cpuUsage(started);
if (tried > 0)
  console.log(`${((user + system) / 1_000 / tried).toFixed(2)} ms of CPU an input, both sides and all else counted`);
for (const line of wrong) console.log(`WRONG ${line}`);
process.exitCode = wrong.length > 0 ? 1 : 0;

async function hold(name: string, example: SqlExample, fires: boolean): Promise<void> {
  const reason = example.notRun ?? (example.dialect === undefined ? undefined : `written for ${example.dialect}`);
  if (reason !== undefined) {
    count.notRun += 1;
    console.log(`not run: ${name}: ${reason}`);
    return;
  }
  const result = await runExample(example, fires ? firingInputs : inputs);
  tried += result.ok ? result.inputs : 0;
  if (!result.ok) wrong.push(`${name}: ${result.why}`);
  else if (fires && result.found === null) wrong.push(`${name}: no counterexample in ${String(result.inputs)} inputs`);
  else if (!fires && result.found !== null) wrong.push(`${name}: differs on ${JSON.stringify(result.found)}`);
  else if (fires) count.fires += 1;
  else count.silent += 1;
}
