import type { UniqueId } from '#core/base';
import { toUniqueId } from '#core/base';
import type { Change, ChangedFile } from '#core/change';
import { rightSideLines } from '#core/change';
import type { DbtNode } from '#core/dbt';
import { evidenceIds } from './ask-claims.ts';
import { Claim, ClaimsReply } from './claim.ts';

/** A claim that passed every check, at the place where it may be shown. */
export interface GroundedClaim {
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly subject: UniqueId | null;
  readonly text: string;
}

/** Which check a claim failed: its words are not kept. */
export type DropReason = 'schema' | 'place' | 'quote' | 'entity' | 'column' | 'evidence' | 'duplicate';

export interface ClaimsVerdict {
  readonly total: number;
  readonly grounded: readonly GroundedClaim[];
  readonly dropped: readonly DropReason[];
  /** Set when the reply as a whole could not be read. */
  readonly malformed: boolean;
}

/**
 * Checks every claim of a reply against the change, by rules alone: the reply's form, file and lines in the diff,
 * the quoted SQL on these lines, nodes and columns that exist, facts that were given. What fails is dropped and counted.
 */
export function verifyClaims(reply: string, change: Change): ClaimsVerdict {
  const claims = readReply(reply);
  if (claims === null) return { total: 0, grounded: [], dropped: [], malformed: true };
  const grounded = new Map<string, GroundedClaim>();
  const dropped: DropReason[] = [];
  for (const raw of claims) {
    const judged = verifyClaim(raw, change);
    if (typeof judged === 'string') {
      dropped.push(judged);
      continue;
    }
    const key = `${judged.path}:${judged.endLine}`;
    if (grounded.has(key)) dropped.push('duplicate');
    else grounded.set(key, judged);
  }
  return { total: claims.length, grounded: [...grounded.values()], dropped, malformed: false };
}

function readReply(reply: string): readonly unknown[] | null {
  try {
    const parsed = ClaimsReply.safeParse(JSON.parse(reply));
    return parsed.success ? parsed.data.claims : null;
  } catch {
    return null;
  }
}

function verifyClaim(raw: unknown, change: Change): GroundedClaim | DropReason {
  const parsed = Claim.safeParse(raw);
  if (!parsed.success) return 'schema';
  const claim = parsed.data;
  const file = change.pullRequest?.changedFiles.find(
    ({ path }) => path === claim.file || path.endsWith(`/${claim.file}`),
  );
  if (file === undefined) return 'place';
  const place = findPlace(claim, file);
  if (typeof place === 'string') return place;

  const known = evidenceIds(change);
  if (claim.evidence_ids.length === 0 || claim.evidence_ids.some((id) => !known.has(id))) return 'evidence';
  let subject: UniqueId | null = null;
  for (const { node, column } of claim.entities) {
    const id = resolveNode(node, change);
    if (id === null) return 'entity';
    if (column !== null && !hasColumn(id, column, change)) return 'column';
    subject ??= id;
  }
  return { path: file.path, ...place, subject, text: claim.claim };
}

/** The claimed lines if the quote stands there, else the one place in the diff where it does. */
function findPlace(claim: Claim, file: ChangedFile): { startLine: number; endLine: number } | DropReason {
  const lines = rightSideLines(file.patch);
  const quote = folded(claim.quote);
  const claimed = lines.filter(({ line }) => line >= claim.start_line && line <= claim.end_line);
  const isWhole = claimed.length > 0 && claimed.length === claim.end_line - claim.start_line + 1;
  if (isWhole && folded(claimed.map(({ text }) => text).join(' ')).includes(quote)) {
    return { startLine: claim.start_line, endLine: claim.end_line };
  }
  const found: { startLine: number; endLine: number }[] = [];
  const span = claim.quote.split('\n').length;
  for (const [i, first] of lines.entries()) {
    const window = lines.slice(i, i + span);
    const last = window.at(-1) ?? first;
    const isContiguous = last.line - first.line === window.length - 1;
    if (isContiguous && folded(window.map(({ text }) => text).join(' ')).includes(quote)) {
      found.push({ startLine: first.line, endLine: last.line });
    }
  }
  if (found.length === 1 && found[0] !== undefined) return found[0];
  return found.length === 0 ? 'quote' : 'place';
}

function folded(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function resolveNode(name: string, change: Change): UniqueId | null {
  const sides = [change.head.project.nodes, change.base.project.nodes];
  if (sides.some((nodes) => nodes.has(toUniqueId(name)))) return toUniqueId(name);
  const byName = new Set(
    sides.flatMap((nodes) => [...nodes.values()].filter((node) => isNamed(node, name)).map(({ uniqueId }) => uniqueId)),
  );
  return byName.size === 1 ? ([...byName][0] ?? null) : null;
}

function isNamed(node: DbtNode, name: string): boolean {
  return node.resourceType !== 'test' && node.name === name;
}

function hasColumn(id: UniqueId, column: string, change: Change): boolean {
  const wanted = column.toLowerCase();
  return [change.base, change.head].some((side) => {
    const lineage = side.lineage.get(id)?.columns.map((one) => one.column) ?? [];
    const catalog = side.catalog?.get(id)?.columns.map(({ name }) => name) ?? [];
    const yaml = [...(side.project.nodes.get(id)?.columns.keys() ?? [])];
    return [...lineage, ...catalog, ...yaml].some((name) => name.toLowerCase() === wanted);
  });
}
