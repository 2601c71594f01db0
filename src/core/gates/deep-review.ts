import { z } from 'zod';
import { isNonEmpty, reason, toFingerprint, toUniqueId } from '#core/base';
import type { GroundedClaim, KnownFinding } from '#core/claims';
import { askClaims, verifyClaims } from '#core/claims';
import type { Finding, GateInput } from './gate.ts';
import { defineGate } from './gate.ts';

const options = z.strictObject({
  /** Whether a fork's code may be sent to the LLM. */
  allow_forks: z.boolean().default(false),
});

/** An LLM's claims, each verified by rules before it is shown. It can advise, never block. */
export const deepReview = defineGate({
  id: 'deep-review',
  title: 'Deep review',
  page: {
    what: 'Asks an LLM for defects in the changed SQL, and shows only claims that hold: the file and line are in the diff, the quoted SQL stands there, every node and column exists, and the facts cited were given.',
    why: 'An LLM sees things that rules do not, and invents things that are not there. What it says is worth a reader’s time only after it has been checked.',
    howToFix: 'Read the claim as a colleague’s hint. It never fails the check.',
    howToWaive: 'Nothing to waive: take the label off, and no LLM is asked.',
  },
  messages: { claim: { text: '{claim}', cost: 'note' } },
  options,
  appliesTo({ change, depth, options: { allow_forks } }) {
    if (depth !== 'deep') return reason('not-asked', 'not asked for');
    if (change.pullRequest?.fromFork === true && !allow_forks) return reason('fork', 'not run for forks');
    return change.modified.length === 0 ? reason('nothing-modified', 'no model is modified') : 'yes';
  },
  ask(input) {
    return [askClaims(input.change, knownFindings(input))];
  },
  judge({ change }, answers) {
    const answer = answers.get('claims');
    if (answer === undefined) return { outcome: 'unknown', reason: reason('not-asked', 'the LLM was not asked') };
    if (!answer.known) return { outcome: 'unknown', reason: answer.reason };
    if (answer.kind !== 'claims')
      return { outcome: 'unknown', reason: reason('wrong-answer', 'the answer is of another kind') };

    const verdict = verifyClaims(answer.text, change);
    if (verdict.malformed) {
      return {
        outcome: 'unknown',
        reason: reason('malformed-reply', 'the LLM’s reply did not have the form that was asked for'),
      };
    }
    const summary = `${verdict.grounded.length} of ${verdict.total} claims held, ${verdict.dropped.length} dropped`;
    const findings = verdict.grounded.map(toFinding);
    if (!isNonEmpty(findings)) return { outcome: 'passed', basis: 'heuristic', summary };
    return { outcome: 'failed', summary, findings, unknown: [] };
  },
});

function knownFindings({ settled }: GateInput<unknown>): readonly KnownFinding[] {
  return settled.flatMap(({ gateId, result }) =>
    result.outcome !== 'failed'
      ? []
      : result.findings.map(({ messageId, subject }) => ({
          gateId,
          messageId,
          subject: typeof subject === 'string' ? subject : `${subject.uniqueId}.${subject.column}`,
        })),
  );
}

function toFinding({ path, startLine, endLine, subject, text }: GroundedClaim): Finding<'claim'> {
  return {
    messageId: 'claim',
    data: { claim: text },
    subject: subject ?? toUniqueId(path),
    place: { path, startLine, endLine },
    basis: 'heuristic',
    fingerprint: toFingerprint('deep-review', 'claim', path, String(endLine)),
    matters: '',
    downstream: [],
    safeIf: '',
  };
}
