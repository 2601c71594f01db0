import type { Verdict } from '#core/policy';
import { changedInMeaning } from '#core/policy';
import { counted } from './quantities.ts';
import type { ReviewView } from './review-view.ts';

/** How a verdict is said in two words. */
export interface VerdictWords {
  readonly icon: '⛔' | '❔' | '⚠️' | '✅';
  readonly word: string;
  /** The one reason, plain text. */
  readonly reason: string;
  /** `rung 2 of 4`, or that it is not known. */
  readonly rung: string;
}

/** The words of a review's verdict line. */
export function verdictWords(view: ReviewView): VerdictWords {
  const { verdict, missing } = view;
  const rung = missing === null ? `rung ${verdict.rung.slice(1)} of 4` : 'rung not known';
  const reason = verdict.reasons[0] ?? '';
  const advisory = view.policy.mode === 'advisory';
  switch (verdict.outcome) {
    case 'failed':
      return { icon: '⛔', word: advisory ? 'Would be blocked (advisory)' : 'Blocked', reason, rung };
    case 'unknown':
      return { icon: '❔', word: 'Could not tell', reason, rung };
    case 'passed':
      if (needsPerson(view)) return { icon: '⚠️', word: 'Needs a person', reason, rung };
      return { icon: '✅', word: 'Clear', reason: clearReason(view), rung };
  }
}

/** Whether nothing failed and yet somebody in particular must look. */
function needsPerson({ verdict, assistance }: ReviewView): boolean {
  const warned = verdict.gates.some(({ findings }) => findings.some(({ cost }) => cost !== 'note'));
  return warned || verdict.rung >= 'T3' || (verdict.rung === 'T2' && assistance.level === 'assisted');
}

function clearReason({ verdict, change }: ReviewView): string {
  if (change === null || (change.modified.length === 0 && change.removed.length === 0)) return 'no model is modified';
  if (changedInMeaning(change).length === 0 && change.removed.length === 0) return 'no change in meaning';
  const notes = verdict.gates.flatMap(({ findings }) => findings).length;
  const looked = verdict.gates.filter(({ result }) => result.outcome !== 'passed' || result.basis !== 'not-applicable');
  return `${notes === 0 ? 'no finding' : counted(notes, 'note')} in ${counted(looked.length, 'gate')}`;
}

/** Whether a review has nothing to show but that it looked: no finding, nothing unknown, no row or column that moved. */
export function isQuiet(view: ReviewView): boolean {
  const { verdict, change } = view;
  if (verdictWords(view).word !== 'Clear' || change === null) return false;
  if (!verdict.gates.every(isSilent) || change.removed.length > 0 || change.columnChanges.length > 0) return false;
  if (view.deepReview !== null) return false;
  return [...view.rows.values()].every(({ base, head }) => base === null || head === null || base.rows === head.rows);
}

function isSilent({ outcome, findings }: Verdict['gates'][number]): boolean {
  return outcome === 'passed' && findings.length === 0;
}
