import type { UniqueId } from '#core/base';
import { isJsonObject } from '#core/base';
import type { DbtNode, DbtProject, RunResults } from '#core/dbt';
import { relationNames } from '#core/lineage';
import { type Around, saidByConstraints } from './constraints.ts';
import type { Fact, Facts, Key, KeyOrigin, RelationFacts } from './facts.ts';
import { noFacts } from './facts.ts';
import { inOrder, withNulls } from './key-order.ts';
import { namesIn } from './names.ts';
import { type Said, saidByTests } from './tests.ts';

/** One side's project. A test that its last run did not pass proves nothing. */
export interface FactSources {
  readonly project: DbtProject;
  readonly runResults?: RunResults | null;
}

/**
 * What a project says of its relations: tests, constraints, snapshots, `unique_key`, `meta: {weirkeeper: {key: …}}`. Read once, each
 * relation when it is asked for.
 */
export function projectFacts({ project, runResults = null }: FactSources): Facts {
  const names = relationNames(project);
  const around: Around = {
    adapterType: project.metadata.adapterType,
    find: (name) => names.find(name, []),
  };
  const byTests = saidByTests(withoutFailed(project, runResults));
  const known = new Map<UniqueId, RelationFacts>();
  return {
    of: (relation) => {
      const node = project.nodes.get(relation);
      if (node === undefined) return noFacts;
      const found = known.get(relation) ?? gather(everySaid(node, byTests.get(relation) ?? [], around));
      known.set(relation, found);
      return found;
    },
  };
}

const saidByProject = new WeakMap<DbtProject, ReadonlyMap<UniqueId, readonly Said[]>>();

/** Every key that is said of a node, whoever says it and whether or not its tests pass; in no order. */
export function saidKeys(project: DbtProject, uniqueId: UniqueId): readonly Key[] {
  const node = project.nodes.get(uniqueId);
  if (node === undefined) return [];
  const byTests = saidByProject.get(project) ?? saidByTests(project);
  saidByProject.set(project, byTests);
  const around: Around = { adapterType: project.metadata.adapterType, find: () => null };
  const said = everySaid(node, byTests.get(uniqueId) ?? [], around);
  return said.flatMap((one) => (one.kind === 'key' ? [one.key] : []));
}

const failed: ReadonlySet<string> = new Set(['fail', 'error', 'warn', 'runtime error']);

function withoutFailed(project: DbtProject, runResults: RunResults | null): DbtProject {
  const ids = new Set(runResults?.results.filter(({ status }) => failed.has(status)).map(({ uniqueId }) => uniqueId));
  if (ids.size === 0) return project;
  return { ...project, nodes: new Map([...project.nodes].filter(([id, { test }]) => test === null || !ids.has(id))) };
}

function everySaid(node: DbtNode, byTests: readonly Said[], around: Around): readonly Said[] {
  return [...byTests, ...saidByConstraints(node, around), ...saidBySnapshot(node), ...declaredKeys(node)];
}

/** Columns that dbt itself fills in a snapshot; `snapshot_meta_column_names` may call them otherwise. */
function saidBySnapshot(node: DbtNode): readonly Said[] {
  if (node.resourceType !== 'snapshot') return [];
  const renamed = node.config['snapshot_meta_column_names'];
  const nameOf = (column: string) => (isJsonObject(renamed) ? namesIn(renamed[column])?.[0] : undefined) ?? column;
  const fact: Fact = { source: `dbt fills it in the snapshot ${node.name}`, sureness: 'proven' };
  const ofRow: Fact = {
    source: `dbt_scd_id of the snapshot ${node.name}, as far as its unique_key is unique`,
    sureness: 'declared',
  };
  const [scdId, from, updated] = [nameOf('dbt_scd_id'), nameOf('dbt_valid_from'), nameOf('dbt_updated_at')];
  return [
    { kind: 'key', key: { ...ofRow, from: 'snapshot', columns: [scdId], exceptNulls: false } },
    ...[scdId, from, updated].map((column): Said => ({ kind: 'not-null', column, fact })),
  ];
}

/** Keys that nothing checks. A snapshot has several rows for one `unique_key`. */
function declaredKeys(node: DbtNode): readonly Said[] {
  const words = node.meta['weirkeeper'];
  const own = isJsonObject(words) ? namesIn(words['key']) : null;
  const merged = node.resourceType === 'snapshot' ? null : namesIn(node.config['unique_key']);
  const said: readonly (readonly [KeyOrigin, readonly string[] | null, string])[] = [
    ['meta', own, `meta.weirkeeper.key of ${node.name}`],
    ['unique_key', merged, `unique_key of ${node.name}, which no test checks`],
  ];
  return said.flatMap(([from, columns, source]): readonly Said[] =>
    columns === null
      ? []
      : [{ kind: 'key', key: { from, columns: [...columns].sort(), exceptNulls: true, source, sureness: 'declared' } }],
  );
}

/** Facts of one relation from all that is said of it, the surest of each kept. */
function gather(said: readonly Said[]): RelationFacts {
  const notNull = new Map<string, Fact>();
  for (const one of said) {
    if (one.kind === 'not-null' && notNull.get(one.column)?.sureness !== 'proven') notNull.set(one.column, one.fact);
  }
  return {
    keys: inOrder(said.flatMap((one) => (one.kind === 'key' ? [withNulls(one.key, notNull)] : []))),
    notNull,
    foreignKeys: said.flatMap((one) => (one.kind === 'foreign-key' ? [one.foreignKey] : [])),
    accepted: new Map(said.flatMap((one) => (one.kind === 'accepted' ? [[one.column, one.accepted] as const] : []))),
  };
}
