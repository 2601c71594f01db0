// Searches for a counterexample to each labelled edit of a real model, knowing nothing but the two texts, and prints how many were
// executed and found, by label.
//
//   npm run bench:counterexamples -- [--show] [--id P001]
//
// An edit that was labelled "no_op" and has a counterexample is shown: either the label is wrong or the search is. What is known of
// real relations (keys, not-nulls) is not known here, so "found" says that rows exist, not that the project has them.
// WEIRKEEPER_CORPORA names the folder of the corpora; without it, `../shared/corpora`.
import { parseArgs } from 'node:util';
import { type Answer, counterexampleQuestion, tellCounterexample } from '#core/evidence';
import { toDialect } from '#core/sql';
import { counterexampleSource } from '#edges/counterexample';
import { createTranslator } from '#edges/sql-engines';
import { preparePair } from '../../src/review/sql-pair.ts';
import { type Edit, modelOf, readEdits } from './edits.ts';

const { values } = parseArgs({ options: { show: { type: 'boolean', default: false }, id: { type: 'string' } } });
const translator = createTranslator();
const source = counterexampleSource(translator);
const edits = readEdits().filter(({ id }) => values.id === undefined || id === values.id);
const counts = new Map<string, { all: number; executed: number; found: number; late: number }>();
for (const edit of edits) {
  const started = performance.now();
  const answer = await search(edit);
  const count = counts.get(edit.label) ?? { all: 0, executed: 0, found: 0, late: 0 };
  counts.set(edit.label, count);
  count.all += 1;
  const searched = answer?.known === true && answer.kind === 'counterexample' ? answer : null;
  if (searched !== null) count.executed += 1;
  if (searched?.ended === 'time') count.late += 1;
  if (searched?.found) count.found += 1;
  const isOdd = edit.label === 'no_op' && Boolean(searched?.found);
  if (!values.show && !isOdd) continue;
  const said =
    searched !== null ? tellCounterexample(searched) : answer?.known === false ? answer.reason.text : 'not rendered';
  const took = `${((performance.now() - started) / 1_000).toFixed(1)} s`;
  console.log(`${edit.id} ${edit.label} (${edit.kind.join(', ')}) ${took}: ${said.slice(0, 600)}`);
}
for (const [label, { all, executed, found, late }] of counts)
  console.log(
    `${label}: ${String(all)} edits, ${String(executed)} executed, ${String(found)} with a counterexample, ${String(late)} stopped for time`,
  );
await source.close();
await translator.close();

async function search(edit: Edit): Promise<Answer | null> {
  const { before, after, adapter } = edit;
  const name = modelOf(edit);
  const pair = { before, after, adapter: adapter.split('/')[0] ?? null, project: null, name };
  const { sides, uniqueId } = preparePair(pair);
  const [base, head] = [sides.base, sides.head].map(({ project }) => project.nodes.get(uniqueId)?.compiledCode ?? null);
  if (typeof base !== 'string' || typeof head !== 'string') return null;
  const dialect = toDialect(sides.head.project.metadata.adapterType);
  return source.answer(counterexampleQuestion({ uniqueId, dialect, base, head, relations: [] }), {
    milliseconds: 2_000,
  });
}
