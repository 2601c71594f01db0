import { z } from 'zod';
import type { UniqueId } from '#core/base';
import { toFingerprint, toSha, toUniqueId } from '#core/base';
import type { AnalyzedSide, Change, ColumnChange, ModifiedNode } from '#core/change';
import type { DbtNode } from '#core/dbt';
import type { Cost, Finding, Gate, GateResult } from '#core/gates';
import { defineGate } from '#core/gates';
import type { Assistance } from '#core/provenance';

/** A dbt node with nothing special about it. The id's first part is its type, its last part its name. */
export function aNode(uniqueId: string, over: Partial<DbtNode> = {}): DbtNode {
  const [type = 'model', , name = uniqueId] = uniqueId.split('.');
  return {
    uniqueId: toUniqueId(uniqueId),
    resourceType: type as DbtNode['resourceType'],
    name,
    packageName: 'shop',
    originalFilePath: `models/marts/${name}.sql`,
    patchPath: null,
    fqn: ['shop', 'marts', name],
    language: 'sql',
    rawCode: 'select 1',
    compiledCode: 'select 1',
    relationName: `"db"."main"."${name}"`,
    database: 'db',
    schema: 'main',
    identifier: name,
    materialized: 'table',
    config: {},
    unrenderedConfig: {},
    description: '',
    columns: new Map(),
    tags: [],
    meta: {},
    group: null,
    access: 'protected',
    version: null,
    contractEnforced: false,
    dependsOn: { nodes: [], macros: [] },
    test: null,
    exposure: null,
    entry: {},
    ...over,
  };
}

/** One side of a change: nodes, and edges as `[parent, child]`. */
export function aSide(nodes: readonly DbtNode[], edges: readonly (readonly [string, string])[] = []): AnalyzedSide {
  const children = new Map<UniqueId, UniqueId[]>();
  for (const [parent, child] of edges) {
    const id = toUniqueId(parent);
    children.set(id, [...(children.get(id) ?? []), toUniqueId(child)].sort());
  }
  return {
    project: {
      metadata: {
        schemaVersion: 12,
        dbtVersion: '1.10.0',
        adapterType: 'duckdb',
        projectName: 'shop',
        generatedAt: null,
        env: {},
      },
      nodes: new Map(nodes.map((node) => [node.uniqueId, node])),
      macros: new Map(),
      disabled: new Map(),
      groups: new Map(),
    },
    catalog: null,
    runResults: null,
    artifacts: [],
    origin: 'directory target',
    stale: null,
    lineage: new Map(),
    children,
  };
}

export function aModified(uniqueId: string, over: Partial<ModifiedNode> = {}): ModifiedNode {
  return {
    uniqueId: toUniqueId(uniqueId),
    resourceType: 'model',
    selectors: ['state:modified', 'state:modified.body'],
    causes: [{ kind: 'body', text: 'edited' }],
    compiled: 'changed',
    label: 'edited',
    ...over,
  };
}

export function aColumnChange(uniqueId: string, over: Partial<ColumnChange> = {}): ColumnChange {
  return {
    kind: 'retyped',
    uniqueId: toUniqueId(uniqueId),
    column: 'amount',
    before: 'integer',
    after: 'numeric(18,2)',
    origin: 'own',
    dependents: { columns: [], rowsetModels: [], consumers: [] },
    ...over,
  };
}

export function aChange(over: Partial<Change> = {}): Change {
  const side = aSide([]);
  return {
    pullRequest: null,
    base: side,
    head: side,
    modified: [],
    alsoModified: [],
    removed: [],
    columnChanges: [],
    ...over,
  };
}

export const SHA = toSha('a1b2c3d4e5f60718293a4b5c6d7e8f9012345678');

export const noAssistance: Assistance = { level: 'unknown', evidence: [], tools: [], note: null };

export const assisted: Assistance = {
  level: 'assisted',
  evidence: [
    {
      kind: 'trailer',
      where: 'commit 1a2b3c4',
      tool: 'Claude',
      text: 'Co-Authored-By: Claude <noreply@anthropic.com>',
      score: 95,
    },
  ],
  tools: ['Claude'],
  note: null,
};

/** A gate that says what a test wants it to say. */
export function aGate(
  id: string,
  messages: Readonly<Record<string, { text: string; cost: Cost }>> = {},
  options: z.ZodType = z.strictObject({}),
): Gate {
  const text = 'It exists for a test and says nothing else.';
  return defineGate({
    id,
    title: `${id.charAt(0).toUpperCase()}${id.slice(1).replaceAll('-', ' ')}`,
    page: { what: text, why: text, howToFix: text, howToWaive: text },
    messages: Object.keys(messages).length > 0 ? messages : { found: { text: '{what}', cost: 'block' } },
    options: options as z.ZodType<object>,
    appliesTo: () => 'yes',
    judge: () => passed('nothing'),
  });
}

export function aFinding(messageId: string, over: Partial<Finding> = {}): Finding {
  const subject = over.subject ?? toUniqueId('model.shop.fct_orders');
  return {
    messageId,
    data: {},
    subject,
    place: null,
    basis: 'proven',
    fingerprint: toFingerprint(
      messageId,
      typeof subject === 'string' ? subject : `${subject.uniqueId}.${subject.column}`,
    ),
    matters: '',
    downstream: [],
    safeIf: '',
    ...over,
  };
}

export function passed(summary: string): GateResult {
  return { outcome: 'passed', basis: 'proven', summary };
}

export function failed(summary: string, first: Finding, ...rest: readonly Finding[]): GateResult {
  return { outcome: 'failed', summary, findings: [first, ...rest], unknown: [] };
}

export function unknown(code: string, text: string, remedy?: string): GateResult {
  return { outcome: 'unknown', reason: remedy === undefined ? { code, text } : { code, text, remedy } };
}
