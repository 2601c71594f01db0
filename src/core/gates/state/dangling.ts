import type { JsonObject, JsonValue, UniqueId } from '#core/base';
import { compareText, isJsonObject, nearestWord, sortedBy, toFingerprint, toLine } from '#core/base';
import type { Change } from '#core/change';
import type { DbtNode, DbtProject } from '#core/dbt';
import { descendantsOf } from '#core/dbt';
import type { Finding } from '../gate.ts';
import { listed } from './listed.ts';
import { placeOfNode } from './subjects.ts';

type Message = 'removed-node-still-used' | 'points-at-nothing';

/** Nodes that are gone although others of head still name them as parents. */
export function findRemovedParents(change: Change): readonly Finding<'removed-node-still-used'>[] {
  const { head } = change;
  const gone = new Map<UniqueId, UniqueId[]>();
  for (const node of head.project.nodes.values()) {
    // dbt drops a test whose parent is gone; what it then still refers to is told by its refs.
    if (node.resourceType === 'test' || node.resourceType === 'unit_test') continue;
    for (const parent of new Set(node.dependsOn.nodes)) {
      if (head.project.nodes.has(parent) || !change.base.project.nodes.has(parent)) continue;
      gone.set(parent, [...(gone.get(parent) ?? []), node.uniqueId]);
    }
  }
  const parents = [...gone].sort(([a], [b]) => compareText(a, b));
  return parents.map(([uniqueId, dependents]) => ({
    ...finding(change, 'removed-node-still-used', uniqueId),
    data: { node: uniqueId, dependents: listed([...dependents].sort(compareText)) },
    matters: 'they read a relation that is built no more',
    downstream: descendantsOf(head.children, uniqueId),
    safeIf: 'remove what depends on it or let it read another node',
  }));
}

/**
 * Nodes of head that refer to what head does not have: a ref, a source, a macro, or a parent that base had neither. What
 * base referred to in vain already is not this pull request's doing; of packages that the manifest does not know, nothing
 * is said.
 */
export function findInventedReferences(change: Change): readonly Finding<'points-at-nothing'>[] {
  const known = namesIn(change.head.project);
  const before = namesIn(change.base.project);
  const findings: Finding<'points-at-nothing'>[] = [];
  const nodes = sortedBy([...change.head.project.nodes.values()], ({ uniqueId }) => uniqueId);
  for (const node of nodes) {
    const old = change.base.project.nodes.get(node.uniqueId);
    const already = new Set(old === undefined ? [] : missingOf(old, before).map(({ what }) => what));
    const missing = missingOf(node, known).filter(({ what }) => !already.has(what));
    if (missing.length === 0) continue;
    const phrases = missing.map(({ what, nearest }) =>
      nearest === null ? what : `${what} (the nearest is ${toLine(nearest, 80)})`,
    );
    findings.push({
      ...finding(change, 'points-at-nothing', node.uniqueId),
      data: { node: node.uniqueId, names: listed(phrases) },
      fingerprint: toFingerprint('state', 'points-at-nothing', node.uniqueId, ...missing.map(({ what }) => what)),
      matters: isTest(node) ? 'dbt leaves such a test out, and nothing is tested' : 'dbt cannot compile it',
      downstream: descendantsOf(change.head.children, node.uniqueId),
      safeIf: 'name something that exists',
    });
  }
  return findings;
}

interface Missing {
  /** `ref('orders')`, `source('shop', 'payments')`, `macro cents`. */
  readonly what: string;
  readonly nearest: string | null;
}

interface Names {
  readonly project: DbtProject;
  /** Names that `ref` finds, and `name.version`. */
  readonly refs: ReadonlySet<string>;
  readonly sources: ReadonlySet<string>;
  readonly packages: ReadonlySet<string>;
}

const referable: ReadonlySet<string> = new Set(['model', 'seed', 'snapshot', 'function']);

function namesIn(project: DbtProject): Names {
  const refs = new Set<string>();
  const sources = new Set<string>();
  const packages = new Set<string>();
  // A test of a disabled model is dropped on purpose: the name exists.
  for (const node of [...project.nodes.values(), ...[...project.disabled.values()].flat()]) {
    packages.add(node.packageName);
    if (node.resourceType === 'source') sources.add(`${textOf(node.entry['source_name'])}.${node.name}`);
    if (!referable.has(node.resourceType)) continue;
    refs.add(node.name);
    if (node.version !== null) refs.add(`${node.name}.${node.version}`);
  }
  return { project, refs, sources, packages };
}

function missingOf(node: DbtNode, names: Names): readonly Missing[] {
  return [...missingRefs(node, names), ...missingSources(node, names), ...missingMacros(node, names)];
}

function missingRefs({ entry }: DbtNode, names: Names): readonly Missing[] {
  return listOf(entry['refs']).flatMap((ref) => (isJsonObject(ref) ? missingRef(ref, names) : []));
}

function missingRef(ref: JsonObject, { refs, packages }: Names): readonly Missing[] {
  const name = textOf(ref['name']);
  const inPackage = textOf(ref['package']);
  if (name === '' || (inPackage !== '' && !packages.has(inPackage))) return [];
  const written = ref['version'] ?? null;
  const version = typeof written === 'string' || typeof written === 'number' ? String(written) : null;
  if (refs.has(version === null ? name : `${name}.${version}`)) return [];
  const what = version === null ? `ref('${name}')` : `ref('${name}', v=${version})`;
  const nearest = refs.has(name) ? name : nearestWord(name, [...refs].sort(compareText));
  return [{ what: toLine(what, 100), nearest }];
}

function missingSources({ entry }: DbtNode, { sources }: Names): readonly Missing[] {
  return listOf(entry['sources']).flatMap((source) => {
    const [group, table] = listOf(source).map(textOf);
    if (group === undefined || table === undefined || sources.has(`${group}.${table}`)) return [];
    const nearest = nearestWord(`${group}.${table}`, [...sources].sort(compareText));
    return [{ what: toLine(`source('${group}', '${table}')`, 100), nearest }];
  });
}

function missingMacros({ dependsOn }: DbtNode, { project }: Names): readonly Missing[] {
  if (project.macros.size === 0) return [];
  return dependsOn.macros.flatMap((id) => {
    if (project.macros.has(id)) return [];
    const name = id.split('.').slice(2).join('.');
    const others = [...project.macros.values()].filter(({ packageName }) => packageName === id.split('.')[1]);
    const nearest = nearestWord(name, others.map((macro) => macro.name).sort(compareText));
    return [{ what: toLine(`macro ${name}`, 100), nearest }];
  });
}

function finding<MessageId extends Message>(
  change: Change,
  messageId: MessageId,
  uniqueId: UniqueId,
): Omit<Finding<MessageId>, 'data' | 'matters' | 'downstream' | 'safeIf'> {
  return {
    messageId,
    subject: uniqueId,
    place: placeOfNode(change, uniqueId, 'code'),
    basis: 'proven',
    fingerprint: toFingerprint('state', messageId, uniqueId),
  };
}

function isTest({ resourceType }: DbtNode): boolean {
  return resourceType === 'test' || resourceType === 'unit_test';
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}
