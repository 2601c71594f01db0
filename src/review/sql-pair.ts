import type { Reason, UniqueId } from '#core/base';
import { reason, toUniqueId } from '#core/base';
import type { ProjectSide, Sides } from '#core/change';
import type { DbtNode, DbtProject } from '#core/dbt';
import { configKeywords } from '#core/dbt';
import { bareText, type FilledSql, fillHoles, type HoleForm, type OpenRendering, renderOpen } from '#core/jinja';
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

/** What a rendering takes for granted: answers to what is not decided, by key, and forms of masks, by identity. */
export interface Assumed {
  readonly choices: ReadonlyMap<string, boolean>;
  readonly forms: ReadonlyMap<string, HoleForm>;
}

/** The two sides of a change of that one model. */
export interface PreparedPair {
  readonly sides: Sides;
  readonly uniqueId: UniqueId;
  /** Why two equal queries are no proof that the texts mean the same; null where they are. */
  readonly doubt: Reason | null;
  /** Identities of what is masked: with any, only two equal trees are a proof, for a mask may be an aggregate or read a CTE. */
  readonly masks: { readonly base: readonly string[]; readonly head: readonly string[] };
  /** Why nothing can be said: a text has no SQL at all, or more is left out of one than of the other. Null where both are there. */
  readonly failed: Reason | null;
  /** Whether the texts differ in layout alone, so that what is equal once is equal whatever is chosen. */
  readonly sameText: boolean;
  /** What was chosen, by key: what is so where the choice is true, in words. */
  readonly asked: ReadonlyMap<string, string>;
  /** What of each side is not known, in words. */
  readonly notes: readonly string[];
  /** The model's SQL on each side; null where there is none. */
  readonly sql: { readonly base: string | null; readonly head: string | null };
}

const nothingAssumed: Assumed = { choices: new Map(), forms: new Map() };

/** Two sides that differ in one model. What the texts read and the project does not have is added, with nothing known of it. */
export function preparePair(pair: SqlPair, assumed = nothingAssumed): PreparedPair {
  const { before, after, adapter, project, name, compiled } = pair;
  const known = withAdapter(project ?? emptyProject(adapter), adapter);
  const node = nodeNamed(known, name) ?? newNode(known, 'model', name);
  const baseProject = pair.baseProject ?? known;
  const baseNode = nodeNamed(baseProject, name) ?? node;
  // Two projects may have different macros.
  const sameText = compiled === undefined && baseProject === known && isSameText(before, after);
  const base = sideOf({ project: baseProject, node: baseNode, text: before, assumed }, compiled?.before);
  const head = sideOf({ project: known, node, text: after, assumed }, compiled?.after);
  return {
    sides: { pullRequest: null, base: base.side, head: head.side },
    uniqueId: node.uniqueId,
    failed: failureOf(base, head),
    masks: { base: identitiesIn(base.rendering), head: identitiesIn(head.rendering) },
    doubt: sameText ? null : doubtOf(base, head),
    sameText,
    asked: new Map([...askedIn(base), ...askedIn(head)]),
    notes: [...notesOf(base, 'BEFORE'), ...notesOf(head, 'AFTER')],
    sql: { base: base.sql, head: head.sql },
  };
}

function isSameText(before: string, after: string): boolean {
  const text = bareText(before);
  return text !== null && text === bareText(after);
}

function askedIn({ rendering }: Made): Iterable<[string, string]> {
  return rendering?.ok === true ? rendering.mode.asked : [];
}

function withAdapter(project: DbtProject, adapter: string | null): DbtProject {
  return adapter === null ? project : { ...project, metadata: { ...project.metadata, adapterType: adapter } };
}

function identitiesIn(rendering: OpenRendering | null): readonly string[] {
  return rendering?.ok === true ? [...new Set(rendering.pieces.flatMap(({ hole }) => hole?.identity ?? []))] : [];
}

function notesOf({ filled }: Made, file: string): readonly string[] {
  return filled === null ? [] : filled.masked.map(({ line, label }) => `${file}:${line}: ${label}`);
}

/** Why equal queries prove nothing: what a template does, leaves out or binds otherwise. */
function doubtOf(base: Made, head: Made): Reason | null {
  const doubts = [base, head].flatMap(({ rendering }) => (rendering?.ok === true ? [...rendering.mode.doubts] : []));
  const [first] = doubts;
  if (first !== undefined)
    return notRendered(`${first} is not known, and the two texts differ in more than their layout`);
  if ([base, head].some(({ filled }) => filled !== null && filled.hidden.length > 0))
    return notRendered(
      'a macro that is not known stands where no value can, and the two texts differ in more than their layout',
    );
  if (effectsOf(base) !== effectsOf(head)) return notRendered('what the templates run besides their query differs');
  if (base.filled?.bound.join('\n') === head.filled?.bound.join('\n')) return null;
  return notRendered('what stands beside a part that is not known differs');
}

/** Of texts that both have SQL: what only one of them leaves out may be all that they differ in. */
function failureOf(base: Made, head: Made): Reason | null {
  const why = base.why ?? head.why;
  if (why !== null || base.filled?.hidden.join() === head.filled?.hidden.join()) return why;
  return notRendered('a macro that is not known stands where no value can, in one of the two');
}

function notRendered(why: string): Reason {
  return reason('not-rendered', why, 'compare the SQL that dbt compiled');
}

function effectsOf({ rendering }: Made): string {
  return rendering?.ok === true ? rendering.mode.effects.join('\n') : '';
}

function nodeNamed({ nodes }: DbtProject, name: string): DbtNode | null {
  const found = [...nodes.values()].filter(
    (node) => node.name === name && (node.resourceType === 'model' || node.resourceType === 'snapshot'),
  );
  return found.length === 1 ? (found[0] ?? null) : null;
}

interface Made {
  readonly side: ProjectSide;
  readonly sql: string | null;
  readonly why: Reason | null;
  /** Null where dbt compiled the text. */
  readonly rendering: OpenRendering | null;
  readonly filled: FilledSql | null;
}

interface Given {
  readonly project: DbtProject;
  readonly node: DbtNode;
  readonly text: string;
  readonly assumed: Assumed;
}

function sideOf({ project, node, text, assumed }: Given, compiled: string | undefined): Made {
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
    return { side: sideWith(around), sql: compiled, why: null, rendering: null, filled: null };
  }
  const mayBeIncremental = !project.nodes.has(node.uniqueId) && typeof materialized !== 'string';
  const rendering = renderOpen(around, own, { choices: assumed.choices, mayBeIncremental });
  const filled = rendering.ok ? fillHoles(rendering.pieces, assumed.forms) : null;
  const sql = filled?.sql ?? null;
  around.nodes.set(own.uniqueId, { ...own, compiledCode: sql });
  const side = filled === null ? sideWith(around) : { ...sideWith(around), lines: new Map([[own.uniqueId, filled]]) };
  const why = rendering.ok ? 'it has characters of the private use area' : rendering.why;
  return {
    side,
    sql,
    why: filled === null ? notRendered(`its Jinja was not rendered: ${why}`) : null,
    rendering,
    filled,
  };
}

function sideWith(project: DbtProject): ProjectSide {
  return { project, catalog: null, runResults: null, artifacts: [], origin: 'a file', stale: null };
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
