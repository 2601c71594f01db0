import type { RatedFinding } from '#core/policy';
import { counted } from './quantities.ts';

const NAMED = 5;

/**
 * Findings with those of one message about columns of one model drawn together, in the place of the first: a model that
 * is cast or read from elsewhere has one cause, however many columns show it.
 */
export function groupFindings(findings: readonly RatedFinding[]): readonly RatedFinding[] {
  const groups = new Map<string, [RatedFinding, ...RatedFinding[]]>();
  for (const finding of findings) {
    const key = keyOf(finding);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  return [...groups.values()].map(drawnTogether);
}

function keyOf({ gateId, messageId, subject, cost, basis, fingerprint }: RatedFinding): string {
  if (typeof subject === 'string') return fingerprint;
  return [gateId, messageId, subject.uniqueId, cost, basis].join('\n');
}

function drawnTogether([first, ...others]: readonly [RatedFinding, ...RatedFinding[]]): RatedFinding {
  if (others.length === 0) return first;
  const columns = others.flatMap(({ subject }) => (typeof subject === 'string' ? [] : [`\`${subject.column}\``]));
  const left = columns.length - NAMED;
  const named =
    left > 0 ? `${columns.slice(0, NAMED).join(', ')} and ${counted(left, 'more column')}` : columns.join(', ');
  const downstream = [...new Set([first, ...others].flatMap((finding) => finding.downstream))];
  const movesRowsOf = [...new Set([first, ...others].flatMap((finding) => finding.movesRowsOf ?? []))];
  return { ...first, text: `${first.text}; likewise ${named}`, downstream, movesRowsOf };
}
