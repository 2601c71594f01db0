// Manifests that something has broken: one place of a real one replaced, dropped, doubled or tied to another.

import type { DbtProject } from '#core/dbt';
import { createSelector, parseManifest, selectState, stateContext } from '#core/dbt';
import type { Json } from './manifests.ts';

/** Numbers from 0 to below `limit`, the same for the same seed (a linear congruential generator). */
export function dice(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

export interface Mutation {
  /** What was done where, to find it again. */
  readonly what: string;
  readonly text: string;
}

const values: readonly unknown[] = [null, 0, -1.5, true, '', 'x', [], {}, [null], [{}], { a: null }, 'model.shop.none'];

/** One random mutation of a manifest, as text. `manifest` is left as it was. */
export function mutate(manifest: Json, roll: (limit: number) => number): Mutation {
  const copy = { ...manifest };
  const section = pick(Object.keys(copy), roll);
  const place = descend(copy, section, roll);
  const kind = roll(10);
  const what = `${place.path}: ${String(kind)}`;
  if (kind === 0) place.drop();
  else if (kind === 1) tie(copy, roll);
  else if (kind === 2) place.set(manifest['nodes'] ?? {});
  else place.set(pick(values, roll));
  const text = toText(copy, manifest);
  return { what, text: kind === 3 && roll(4) === 0 ? text.slice(0, roll(text.length)) : text };
}

const written = new WeakMap<object, string>();

/** JSON of a mutation: a section that is still the manifest's own is written once for all of them. */
function toText(copy: Json, manifest: Json): string {
  const sections = Object.entries(copy).map(([key, value]: readonly [string, unknown]) => {
    const isOwn = typeof value === 'object' && value !== null && value === manifest[key];
    const known = isOwn ? written.get(value) : undefined;
    const text = known ?? JSON.stringify(value);
    if (isOwn) written.set(value, text);
    return `${JSON.stringify(key)}:${text}`;
  });
  return `{${sections.join(',')}}`;
}

interface Place {
  readonly path: string;
  drop(): void;
  set(value: unknown): void;
}

/** Goes down a random way; what is on it is copied, so that the place can be changed. */
function descend(root: Json, first: string, roll: (limit: number) => number): Place {
  let holder: Json = root;
  let key = first;
  let path = first;
  for (let depth = 0; depth < 8; depth++) {
    const inner: unknown = holder[key];
    if (typeof inner !== 'object' || inner === null || Object.keys(inner).length === 0 || roll(4) === 0) break;
    const copied = (Array.isArray(inner) ? [...(inner as readonly unknown[])] : { ...inner }) as Json;
    holder[key] = copied;
    holder = copied;
    key = pick(Object.keys(inner), roll);
    path += `.${key}`;
  }
  return {
    path,
    drop: () => {
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the key is the mutation
      delete holder[key];
    },
    set: (value) => {
      holder[key] = value;
    },
  };
}

/** Two nodes that depend on each other, on themselves and on nothing that is there; one of them under another's id. */
function tie(manifest: Json, roll: (limit: number) => number): void {
  const nodes = { ...(manifest['nodes'] as Json) };
  manifest['nodes'] = nodes;
  const [a, b] = [pick(Object.keys(nodes), roll), pick(Object.keys(nodes), roll)];
  nodes[a] = { ...nodes[a], depends_on: { nodes: [a, b, 'model.shop.gone'], macros: [null, 'macro.shop.gone'] } };
  nodes[b] = { ...nodes[b], depends_on: { nodes: [a], macros: [] }, unique_id: a };
  manifest['sources'] = { ...manifest['sources'], [a]: nodes[b] };
}

function pick<Item>(items: readonly Item[], roll: (limit: number) => number): Item {
  return items[roll(items.length)] as Item;
}

/**
 * Reads a broken manifest as base and as head of the whole one and asks for everything. Gives what was wrong with the
 * answer; null when it is an error that names the file and a place in it, or a selection that holds together.
 */
export function faultOf(mutation: Mutation, whole: DbtProject): string | null {
  const parsed = parseManifest(mutation.text, 'manifest.json');
  if (!parsed.ok) {
    const names = /^manifest\.json.*(?:line \d+, column \d+|[a-z_]+(?:\.|\[")|nodes is missing|\w+ should be|metadata)/;
    const isClear =
      names.test(parsed.reason.text) || /is empty|is a manifest of version|not an object/.test(parsed.reason.text);
    return isClear && parsed.reason.remedy !== undefined ? null : `no place in: ${parsed.reason.text}`;
  }
  return (
    incoherence(whole, parsed.value) ?? incoherence(parsed.value, whole) ?? incoherence(parsed.value, parsed.value)
  );
}

function incoherence(base: DbtProject, head: DbtProject): string | null {
  const states = [...selectState(base, head)];
  for (const [id, state] of states) {
    if (state.has('modified') === state.has('unmodified')) return `${id} is not one of modified and unmodified`;
    if (state.has('new') === base.nodes.has(id)) return `${id} is new and in base, or neither`;
    if (base === head && state.has('new')) return `${id} is new against itself`;
  }
  const select = createSelector(stateContext(base, head));
  const downstream = select({ select: '@state:new+,state:new' });
  if (downstream.ok) return 'an incompatible expression was followed';
  for (const indirectSelection of ['eager', 'cautious', 'buildable'] as const) {
    const found = select({ select: '+state:old+ @tag:* path:** config.enabled:true+1', indirectSelection });
    if (!found.ok) return found.reason.text;
    if (found.value.some((id) => !head.nodes.has(id))) return 'a node was selected that is not there';
  }
  return null;
}
