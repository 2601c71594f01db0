// CPU time to follow personal data through generated projects, after lineage, as the number of columns grows. Exits 1 when 10,000
// columns take longer than the goal.
import { toUniqueId, type UniqueId } from '../../src/core/base/index.ts';
import type { DbtProject } from '../../src/core/dbt/index.ts';
import type { NodeLineage, ProjectLineage } from '../../src/core/lineage/index.ts';
import { labelReader, traceTaint } from '../../src/core/pii/index.ts';

const goalMs = 300;
const width = 20;
const names = ['person_id', 'email', 'phone', 'birth_date', 'street', 'plan', 'amount', 'city', 'gender', 'note'];
const project: DbtProject = {
  metadata: { schemaVersion: 12, dbtVersion: '', adapterType: null, projectName: null, generatedAt: null, env: {} },
  nodes: new Map(),
  macros: new Map(),
  disabled: new Map(),
  groups: new Map(),
};

console.log('columns  median ms of CPU, of 9 runs');
for (const columns of [1_000, 10_000, 100_000]) {
  const lineage = layered(columns / width);
  const runs = Array.from({ length: 9 }, () => {
    const started = process.cpuUsage();
    traceTaint(project, lineage, {
      ...{ catalog: null, dictionary: true, sanitizers: [], seeds: new Map() },
      words: { person: new Set(), veto: new Set() },
      labelOf: labelReader([]),
    });
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1_000;
  }).sort((a, b) => a - b);
  const median = runs[4] ?? 0;
  console.log(`${String(columns).padStart(7)}  ${median.toFixed(0).padStart(9)}`);
  if (columns === 10_000 && median > goalMs) process.exitCode = 1;
}
console.log(`goal: 10,000 columns within ${goalMs} ms`);

/** Models in layers of ten; each column comes from two models of the layer before, one of them hashed. */
function layered(models: number): ProjectLineage {
  const id = (at: number): UniqueId => toUniqueId(`model.p.m${at}`);
  return new Map(
    Array.from({ length: models }, (_, at): readonly [UniqueId, NodeLineage] => [
      id(at),
      {
        ...{ uniqueId: id(at), rowset: [], unresolved: null, complete: true, said: [], starTables: [], missing: [] },
        columns: Array.from({ length: width }, (__, k) => {
          const column = `${names[k % names.length] ?? ''}_${k}`;
          const from = (parent: number, functions: readonly string[]) => ({
            ...{ uniqueId: id(parent), column, functions },
            transformation: functions.length === 0 ? ('identity' as const) : ('expression' as const),
          });
          const sources = at < 10 ? [] : [from(at - 10, []), from(at - (at % 10) - 1, ['md5'])];
          return {
            column,
            sources,
            unresolved: null,
            logic: 'x',
            castType: null,
            transformation: 'identity',
            type: null,
          };
        }),
      },
    ]),
  );
}
