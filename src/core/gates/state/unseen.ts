import type { UniqueId } from '#core/base';
import { compareText, toFingerprint, toLine } from '#core/base';
import type { Change } from '#core/change';
import { findUnseenSql } from '#core/change';
import type { DbtNode, DbtProject } from '#core/dbt';
import { findChangedMacros, stateContext } from '#core/dbt';
import type { Finding } from '../gate.ts';
import { listed } from './listed.ts';
import { projectSubject } from './subjects.ts';

type Message = 'sql-changed-unseen' | 'materialization-macro-changed' | 'naming-macro-changed' | 'docs-lost';

/** What changes although `state:modified` does not select it; one finding of a kind. */
export function findUnseen(change: Change): readonly Finding<Message>[] {
  return [...changedSql(change), ...changedMacros(change), ...lostDocs(change)];
}

function changedSql(change: Change): readonly Finding<Message>[] {
  const unseen = findUnseenSql(change);
  if (unseen.length === 0) return [];
  const names = unseen.map(({ uniqueId, reads }) => `${uniqueId} (reads ${reads.join(', ')})`);
  return [
    finding(
      change,
      'sql-changed-unseen',
      unseen.map(({ uniqueId }) => uniqueId),
      {
        data: { nodes: listed(names), count: unseen.length },
        matters:
          'slim CI does not build them, as their code is the same; unless base and head were only built for different targets',
        safeIf: 'build them in this pull request too',
      },
    ),
  ];
}

/** Overridden or edited macros that dbt calls by itself, so that no node names them. */
function changedMacros(change: Change): readonly Finding<Message>[] {
  const { base, head } = change;
  const findings: Finding<Message>[] = [];
  for (const [id, how] of findChangedMacros(stateContext(base.project, head.project)).changed) {
    const macro = head.project.macros.get(id) ?? base.project.macros.get(id);
    if (macro === undefined || isInstalled(macro.packageName, head.project)) continue;
    const built = /^materialization_(\w+?)_(?:default|[a-z]+)$/.exec(macro.name)?.[1];
    if (built !== undefined) {
      const nodes = [...head.project.nodes.values()].filter(({ materialized }) => materialized === built);
      const data = { macro: toLine(macro.name, 80), how, count: nodes.length, materialized: built };
      if (nodes.length > 0) findings.push(macroFinding(change, 'materialization-macro-changed', nodes, data));
    } else if (/^(?:\w+__)?generate_(?:schema|alias|database)_name$/.test(macro.name)) {
      const moved = [...head.project.nodes.values()].filter((node) => isMoved(base.project, node));
      const data = { macro: toLine(macro.name, 80), how, count: moved.length };
      findings.push(macroFinding(change, 'naming-macro-changed', moved, data));
    }
  }
  return findings;
}

function macroFinding(
  change: Change,
  messageId: Message,
  nodes: readonly DbtNode[],
  data: Finding['data'],
): Finding<Message> {
  const ids = nodes.map(({ uniqueId }) => uniqueId).sort(compareText);
  const matters = 'dbt calls it by itself, so it selects none of these nodes';
  return finding(change, messageId, ids, {
    data: { ...data, nodes: listed(ids) },
    matters,
    safeIf: '',
    key: data['macro'],
  });
}

function isInstalled(packageName: string, { metadata }: DbtProject): boolean {
  return packageName === 'dbt' || packageName === `dbt_${metadata.adapterType ?? ''}`;
}

function isMoved(base: DbtProject, node: DbtNode): boolean {
  const old = base.nodes.get(node.uniqueId);
  return old !== undefined && old.relationName !== null && old.relationName !== node.relationName;
}

/** Descriptions of columns, or of a whole node, that are gone although the column and the node are still there. */
function lostDocs(change: Change): readonly Finding<Message>[] {
  const { base, head } = change;
  const lost = new Map<UniqueId, string[]>();
  for (const node of head.project.nodes.values()) {
    const old = base.project.nodes.get(node.uniqueId);
    if (old === undefined || node.packageName !== head.project.metadata.projectName) continue;
    const names = [...old.columns.values()]
      .filter(({ name, description }) => description !== '' && node.columns.get(name)?.description === '')
      .map(({ name }) => `${node.name}.${name}`);
    if (old.description !== '' && node.description === '') names.unshift(node.name);
    if (names.length > 0) lost.set(node.uniqueId, names);
  }
  if (lost.size === 0) return [];
  const names = [...lost.values()].flat().sort(compareText);
  return [
    finding(change, 'docs-lost', [...lost.keys()].sort(compareText), {
      data: { names: listed(names), count: names.length },
      matters: '',
      safeIf: 'keep the descriptions',
    }),
  ];
}

interface Told {
  readonly data: Finding['data'];
  readonly matters: string;
  readonly safeIf: string;
  readonly key?: string | number | undefined;
}

function finding(change: Change, messageId: Message, nodes: readonly UniqueId[], told: Told): Finding<Message> {
  const [only, ...more] = nodes;
  return {
    messageId,
    data: told.data,
    subject: only !== undefined && more.length === 0 ? only : projectSubject(change),
    place: null,
    basis: messageId === 'sql-changed-unseen' ? 'heuristic' : 'proven',
    fingerprint: toFingerprint('state', messageId, String(told.key ?? ''), ...nodes.slice(0, 5)),
    matters: told.matters,
    downstream: [],
    safeIf: told.safeIf,
  };
}
