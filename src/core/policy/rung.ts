import type { UniqueId } from '#core/base';
import type { AnalyzedSide, Change, ModifiedNode } from '#core/change';
import type { Assistance } from '#core/provenance';
import { compareModels } from '#core/rules';
import { layerOf } from './layers.ts';
import type { Policy } from './policy.ts';
import { isConsumer } from './rate-findings.ts';
import type { JudgedGate, RatedFinding, Rung } from './verdict.ts';

/** Something that puts a change on a rung, as one phrase. '' when a finding's own text says it. */
export interface RungFact {
  readonly rung: Rung;
  readonly text: string;
}

interface RungInput {
  readonly change: Change;
  readonly gates: readonly JudgedGate[];
  readonly policy: Policy;
  readonly assistance: Assistance;
}

/**
 * The rung of a change and the facts that put it there (section 6.4 of the rules, as far as facts exist):
 * T4 a finding that blocks, personal data that moves, a broken contract. T3 a warning that is proven or measured, or
 * about something destructive. T2 any other warning; what a semantic rule of severity S3 tells; a changed or removed model that is public or feeds an exposure,
 * metric, semantic model or saved query; a required gate that could not tell. T1 any other change in meaning.
 * T0 none, and no finding. A layer of the policy and LLM assistance only ever raise it.
 */
export function rungOf({ change, gates, policy, assistance }: RungInput): {
  readonly rung: Rung;
  readonly facts: readonly RungFact[];
} {
  const findings = gates.flatMap((gate) => gate.findings);
  const unknown = gates.some(({ mode, outcome }) => mode === 'required' && outcome === 'unknown');
  const facts: readonly RungFact[] = [
    ...findings.map((finding) => ({ rung: rungOfFinding(finding), text: '' })),
    ...brokenContracts(change, findings),
    ...sharedModels(change),
    ...(unknown ? [{ rung: 'T2', text: '' } as const] : []),
    ...layerFacts(change, policy),
    ...changedInMeaning(change).map(() => ({ rung: 'T1', text: '' }) as const),
  ];
  const rung = highest(facts);
  if (rung === 'T0' && assistance.level === 'assisted') {
    return { rung: 'T1', facts: [{ rung: 'T1', text: '' }] };
  }
  return { rung, facts };
}

/** The higher of all rungs; T0 when there are none. */
export function highest(facts: readonly { readonly rung: Rung }[]): Rung {
  return (
    facts
      .map(({ rung }) => rung)
      .sort()
      .at(-1) ?? 'T0'
  );
}

/** Modified nodes that are not known to mean the same. */
export function changedInMeaning(change: Change): readonly ModifiedNode[] {
  return change.modified.filter((node) => !keepsMeaning(change, node));
}

/** Modified nodes whose compiled SQL is the same on both sides, or proven to mean the same, and that are built as they were. */
export function keptInMeaning(change: Change): readonly ModifiedNode[] {
  return change.modified.filter((node) => keepsMeaning(change, node));
}

function keepsMeaning(change: Change, { uniqueId, compiled, selectors, causes }: ModifiedNode): boolean {
  const isSame = compiled === 'identical' || compiled === 'formatting-only';
  if (!isSame && !compareModels(change).equal.has(uniqueId)) return false;
  // The same SELECT may still be built otherwise: as another kind, under another name, with another contract.
  const elsewhere = causes.some(({ kind }) =>
    ['new', 'config', 'relation', 'contract', 'version', 'checksum'].includes(kind),
  );
  return !elsewhere && !selectors.includes('state:new');
}

function rungOfFinding({ cost, basis, gateId, severity }: RatedFinding): Rung {
  if (cost === 'block') return 'T4';
  if (cost === 'note') return severity === 'S3' ? 'T2' : 'T1';
  if (gateId === 'pii' && basis !== 'heuristic') return 'T4';
  return basis !== 'heuristic' || gateId === 'destructive' || gateId === 'pii' ? 'T3' : 'T2';
}

function brokenContracts(
  { base, head, modified, columnChanges }: Change,
  findings: readonly RatedFinding[],
): readonly RungFact[] {
  const told = new Set(
    findings.flatMap(({ messageId, subject }) => (messageId === 'contract-broken' ? [subject] : [])),
  );
  const altered = new Set(
    columnChanges
      .filter(({ kind }) => kind === 'removed' || kind === 'renamed' || kind === 'retyped')
      .map(({ uniqueId }) => uniqueId),
  );
  return modified.flatMap(({ uniqueId }) => {
    if (base.project.nodes.get(uniqueId)?.contractEnforced !== true) return [];
    const kept = head.project.nodes.get(uniqueId)?.contractEnforced === true && !altered.has(uniqueId);
    const text = told.has(uniqueId) ? '' : `the contract of ${nameOf(head, uniqueId)} is broken`;
    return kept ? [] : [{ rung: 'T4', text } as const];
  });
}

function sharedModels(change: Change): readonly RungFact[] {
  const feedingAtHead = feedsConsumer(change.head);
  const feedingAtBase = feedsConsumer(change.base);
  const modified = changedInMeaning(change).flatMap(({ uniqueId }) => sharedFact(change.head, uniqueId, feedingAtHead));
  const removed = change.removed.flatMap((uniqueId) => sharedFact(change.base, uniqueId, feedingAtBase));
  const unshared = change.removed.map(() => ({ rung: 'T1', text: '' }) as const);
  return [...modified, ...removed, ...unshared];
}

function sharedFact(side: AnalyzedSide, uniqueId: UniqueId, feeding: ReadonlySet<UniqueId>): readonly RungFact[] {
  const name = nameOf(side, uniqueId);
  if (feeding.has(uniqueId)) return [{ rung: 'T2', text: `${name} feeds an exposure, metric or semantic model` }];
  if (side.project.nodes.get(uniqueId)?.access === 'public') return [{ rung: 'T2', text: `${name} is public` }];
  return [];
}

function layerFacts(change: Change, policy: Policy): readonly RungFact[] {
  const { head, modified } = change;
  if (policy.layers.length === 0) return [];
  return modified.flatMap((node) => {
    const dbtNode = head.project.nodes.get(node.uniqueId);
    const layer = dbtNode === undefined || keepsMeaning(change, node) ? null : layerOf(dbtNode, policy.layers);
    return layer === null
      ? []
      : [{ rung: layer.rung, text: `${nameOf(head, node.uniqueId)} is in layer ${layer.name}` }];
  });
}

/** Every node from which a consumer can be reached: `children` walked backwards from the consumers. */
function feedsConsumer({ children }: AnalyzedSide): ReadonlySet<UniqueId> {
  const parents = new Map<UniqueId, UniqueId[]>();
  for (const [parent, ids] of children) {
    for (const child of ids) {
      const known = parents.get(child);
      if (known === undefined) parents.set(child, [parent]);
      else known.push(parent);
    }
  }
  const waiting = [...parents.keys()].filter(isConsumer);
  const seen = new Set<UniqueId>();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const parent of parents.get(next) ?? []) {
      if (!seen.has(parent)) waiting.push(parent);
      seen.add(parent);
    }
  }
  return seen;
}

function nameOf(side: AnalyzedSide, uniqueId: UniqueId): string {
  return side.project.nodes.get(uniqueId)?.name ?? uniqueId;
}
