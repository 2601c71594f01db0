import type { Reason, UniqueId } from '#core/base';
import { reason, toUniqueId } from '#core/base';
import type { ProjectSide, Sides } from '#core/change';
import type { DbtNode, DbtProject } from '#core/dbt';
import { configKeywords } from '#core/dbt';
import { bareText, hasCallsLeftOut, hasTextMasks, jinjaIn, renderModel, withTextMasks } from '#core/jinja';
import { dictConfig, emptyProject, newNode, parentsNamed, simpleConfig } from './guessed-project.ts';

/** Two texts of one model, plain SQL or dbt's Jinja SQL. */
export interface SqlPair {
  readonly before: string;
  readonly after: string;
  /** dbt's name of the adapter, which decides the dialect; null for that of the project. */
  readonly adapter: string | null;
  /** The project that the model stands in; null where it is not known, and nothing is known of what the texts read. */
  readonly project: DbtProject | null;
  /** The project at base, where it is another. */
  readonly baseProject?: DbtProject;
  /** What dbt compiled of the two texts; without it, they are rendered here as far as that goes. */
  readonly compiled?: { readonly before: string; readonly after: string };
  /** The model's name: the node of that name in the project, or a new one. */
  readonly name: string;
}

/** The two sides of a change of that one model. */
export interface PreparedPair {
  readonly sides: Sides;
  readonly uniqueId: UniqueId;
  /** Why two equal queries are no proof that the texts mean the same; null where they are. */
  readonly doubt: Reason | null;
  /** Whether something is masked, so that only two equal trees are a proof: what a mask stands for may be an aggregate or read a CTE. */
  readonly masked: boolean;
  /** Why a text has no SQL at all; null where both have. */
  readonly failed: Reason | null;
}

/** Two sides that differ in one model. What the texts read and the project does not have is added, with nothing known of it. */
export function preparePair({ before, after, adapter, project, name, compiled, baseProject }: SqlPair): PreparedPair {
  const whole = project ?? emptyProject(adapter);
  const known = adapter === null ? whole : { ...whole, metadata: { ...whole.metadata, adapterType: adapter } };
  const node = nodeNamed(known, name) ?? newNode(known, 'model', name);
  const baseNode = nodeNamed(baseProject ?? known, name) ?? node;
  const [base, head] = [
    sideOf(baseProject ?? known, baseNode, before, compiled?.before),
    sideOf(known, node, after, compiled?.after),
  ];
  const failed = [base, head].flatMap(({ why }) => why ?? []);
  const sides = { pullRequest: null, base: base.side, head: head.side };
  const both = [base, head].map(({ side }) => side.project.nodes.get(node.uniqueId)?.compiledCode ?? '');
  return {
    sides,
    uniqueId: node.uniqueId,
    failed: failed[0] ?? null,
    masked: both.some(hasTextMasks),
    doubt: doubtOf([base, head], before, after),
  };
}

function doubtOf(sides: readonly Made[], before: string, after: string): Reason | null {
  const gaps = sides.some((side) => side.gaps);
  if (sides.every(({ unclear }) => !unclear) || isSameJinja(before, after, gaps)) return null;
  return reason(
    'not-rendered',
    'parts of the Jinja could not be rendered and are not the same on both sides',
    'compare the SQL that dbt compiled',
  );
}

function nodeNamed({ nodes }: DbtProject, name: string): DbtNode | null {
  const found = [...nodes.values()].filter(
    (node) => node.name === name && (node.resourceType === 'model' || node.resourceType === 'snapshot'),
  );
  return found.length === 1 ? (found[0] ?? null) : null;
}

interface Made {
  readonly side: ProjectSide;
  readonly why: Reason | null;
  /** Whether something is masked otherwise than by its own words, or left out. */
  readonly unclear: boolean;
  readonly gaps: boolean;
}

function sideOf(project: DbtProject, node: DbtNode, text: string, compiled: string | undefined): Made {
  const { ids, added } = parentsNamed(project, text);
  const config = { ...node.config, ...simpleConfig(dictConfig(text)), ...simpleConfig(configKeywords(text)) };
  const { materialized } = config;
  const own: DbtNode = {
    ...node,
    rawCode: text,
    compiledCode: null,
    config,
    materialized: typeof materialized === 'string' ? materialized : node.materialized,
    dependsOn: { ...node.dependsOn, nodes: ids },
  };
  const nodes = new Map([...needed(project, own), ...added.map((one) => [one.uniqueId, one] as const)]);
  const around = { ...project, nodes: new Map([...nodes, [own.uniqueId, own]]) };
  if (compiled !== undefined) {
    around.nodes.set(own.uniqueId, { ...own, compiledCode: compiled });
    return { side: sideWith(around), why: null, unclear: false, gaps: false };
  }
  const packages = new Set([...project.macros.values()].flatMap(({ name, packageName }) => [name, packageName]));
  const masked = withTextMasks(text, (name) => packages.has(name));
  const rendering = renderModel(around, { ...own, rawCode: masked }, false, true);
  const compiledCode = rendering.ok ? rendering.sql : null;
  around.nodes.set(own.uniqueId, { ...own, compiledCode });
  const side = sideWith(around);
  if (!rendering.ok) return { side, why: notRendered(rendering.why), unclear: true, gaps: true };
  // What stands in a branch that was not taken is not seen either.
  const gaps =
    rendering.gaps.length > 0 ||
    /\bis_incremental\s*\(/.test(text) ||
    rendering.assumed.length > 0 ||
    hasCallsLeftOut(masked);
  return { side, why: null, unclear: gaps || rendering.masked.length > 0, gaps };
}

function sideWith(project: DbtProject): ProjectSide {
  return { project, catalog: null, runResults: null, artifacts: [], origin: 'a file', stale: null };
}

function notRendered(why: string): Reason {
  return reason('not-rendered', `its Jinja was not rendered: ${why}`, 'compare the SQL that dbt compiled');
}

/** The nodes of a project; only what the model reads, directly or through others, keeps its SQL. */
function needed(project: DbtProject, { dependsOn }: DbtNode): ReadonlyMap<UniqueId, DbtNode> {
  const read = new Set<UniqueId>();
  const pending = [...dependsOn.nodes];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (read.has(id)) continue;
    read.add(id);
    pending.push(...(project.nodes.get(id)?.dependsOn.nodes ?? []));
  }
  return new Map(
    [...project.nodes].map(([id, node]) => [toUniqueId(id), read.has(id) ? node : { ...node, compiledCode: null }]),
  );
}

/** Whether what was not rendered stands the same on both sides, and with it all the text where blocks were left out. */
function isSameJinja(before: string, after: string, gaps: boolean): boolean {
  const [one, other] = [jinjaIn(before), jinjaIn(after)];
  if (one === null || other === null) return before === after;
  return one.join('\n') === other.join('\n') && (!gaps || bareText(before) === bareText(after));
}
