import type { Assistance } from '#core/provenance';
import type { PolicyLabels } from './policy.ts';
import type { Verdict } from './verdict.ts';

/** Who last set or removed a label. Events are in the order in which they happened. */
export interface LabelEvent {
  readonly label: string;
  readonly action: 'added' | 'removed';
  readonly by: 'app' | 'person';
}

export interface LabelInput {
  readonly assistance: Assistance;
  readonly verdict: Verdict;
  readonly labels: PolicyLabels;
  /** Labels that the pull request has now. */
  readonly current: readonly string[];
  readonly history: readonly LabelEvent[];
}

/**
 * Which labels to set and which to take off. A label that a person removed is not set again; only a label that the app
 * itself set last is taken off. GitHub's label names are the same in any case of letters.
 */
export function decideLabels({ assistance, verdict, labels, current, history }: LabelInput): {
  readonly add: readonly string[];
  readonly remove: readonly string[];
} {
  const assisted = assistance.level === 'assisted';
  const wanted: readonly (readonly [string, boolean])[] = [
    [labels.assisted, assisted],
    [labels.senior, assisted && verdict.rung >= 'T2'],
    [labels.budget, assisted],
  ];
  const present = new Set(current.map(folded));
  const last = new Map(history.map((event) => [folded(event.label), event]));
  const add = wanted.filter(
    ([label, holds]) => holds && !present.has(folded(label)) && !removedByPerson(last.get(folded(label))),
  );
  const remove = wanted.filter(
    ([label, holds]) => !holds && present.has(folded(label)) && addedByApp(last.get(folded(label))),
  );
  return { add: add.map(([label]) => label), remove: remove.map(([label]) => label) };
}

function removedByPerson(event: LabelEvent | undefined): boolean {
  return event?.action === 'removed' && event.by === 'person';
}

function addedByApp(event: LabelEvent | undefined): boolean {
  return event?.action === 'added' && event.by === 'app';
}

function folded(label: string): string {
  return label.toLowerCase();
}
