import type { RatedFinding } from '#core/policy';
import { DEEP_REVIEW } from '#core/policy';
import { allFindings, findingBlock } from './comment-findings.ts';
import { inHtmlComment } from './escape.ts';
import type { InlineComment } from './publication.ts';
import type { ReviewView } from './review-view.ts';

/** More than this is noise; the rest is in the check runs. */
const MAX_COMMENTS = 20;
const MAX_MARKER = 300;

/** Findings with a place that block or warn, and the LLM's claims that held; the most harmful first. */
export function renderInlineComments(view: ReviewView): readonly InlineComment[] {
  return allFindings(view)
    .filter(({ cost, gateId, place }) => place !== null && (cost !== 'note' || gateId === DEEP_REVIEW))
    .slice(0, MAX_COMMENTS)
    .flatMap((finding) => toComment(view, finding));
}

/** The hidden mark of a finding's comment: the same fingerprint gives the same mark, and no fingerprint can end it. */
export function findingMarker(fingerprint: string): string {
  const safe = inHtmlComment(fingerprint.slice(0, MAX_MARKER));
  const whole = safe.length <= MAX_MARKER && fingerprint.length <= MAX_MARKER;
  const short = whole ? safe : `${safe.slice(0, MAX_MARKER)}~${spread(fingerprint)}`;
  return `<!-- weirkeeper:finding ${short} -->`;
}

function toComment(view: ReviewView, finding: RatedFinding): readonly InlineComment[] {
  const { place, fingerprint, gateId } = finding;
  if (place === null) return [];
  // The comment stands on the line itself, so the place is not said again.
  const block = findingBlock(
    { ...view, previousFingerprints: null },
    { ...finding, place: null },
    { lead: '', prose: 600 },
  );
  const from = gateId === DEEP_REVIEW ? 'An LLM’s claim, checked against the code; advice only.' : `Gate ${gateId}.`;
  const body = `${findingMarker(fingerprint)}\n${block}\n\n<sub>${from}</sub>`;
  return [{ path: place.path, line: place.startLine, side: 'RIGHT', body, fingerprint }];
}

/** A number that differs for texts that differ, to tell long ones apart (FNV-1a, 32 bits). */
function spread(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash.toString(16);
}
