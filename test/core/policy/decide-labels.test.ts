import { describe, expect, it } from '@jest/globals';
import type { LabelEvent, Rung } from '#core/policy';
import { decideLabels, defaultPolicy } from '#core/policy';
import { assisted, noAssistance } from '../../support/reviews.ts';

const ALL = ['assisted-by:llm', 'needs-senior-review', 'hallucination-budget'];

interface Case {
  readonly name: string;
  readonly assisted: boolean;
  readonly rung?: Rung;
  readonly current?: readonly string[];
  readonly history?: readonly LabelEvent[];
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
}

function event(label: string, action: LabelEvent['action'], by: LabelEvent['by']): LabelEvent {
  return { label, action, by };
}

describe('labels', () => {
  it.each<Case>([
    { name: 'none without assistance', assisted: false, rung: 'T4' },
    {
      name: 'two for an assisted change of little weight',
      assisted: true,
      rung: 'T1',
      add: ['assisted-by:llm', 'hallucination-budget'],
    },
    { name: 'all for an assisted change that others share', assisted: true, add: ALL },
    {
      name: 'nothing when they are there, in whatever case',
      assisted: true,
      current: ALL.map((label) => label.toUpperCase()),
    },
    {
      name: 'not again what a person removed',
      assisted: true,
      history: [event('needs-senior-review', 'added', 'app'), event('Needs-Senior-Review', 'removed', 'person')],
      add: ['assisted-by:llm', 'hallucination-budget'],
    },
    {
      name: 'again what the app itself removed',
      assisted: true,
      current: ['assisted-by:llm', 'hallucination-budget'],
      history: [event('needs-senior-review', 'removed', 'app')],
      add: ['needs-senior-review'],
    },
    {
      name: 'off what the app set and no longer holds',
      assisted: true,
      rung: 'T1',
      current: ALL,
      history: ALL.map((label) => event(label, 'added', 'app')),
      remove: ['needs-senior-review'],
    },
    {
      name: 'never off what a person set',
      assisted: false,
      current: ALL,
      history: [
        event('assisted-by:llm', 'added', 'app'),
        event('assisted-by:llm', 'removed', 'person'),
        event('assisted-by:llm', 'added', 'person'),
      ],
    },
    { name: 'never off what nobody is known to have set', assisted: false, current: ALL },
    {
      name: 'never a label of somebody else',
      assisted: false,
      current: ['bug'],
      history: [event('bug', 'added', 'app')],
    },
  ])('$name', ({ assisted: isAssisted, rung = 'T2', current = [], history = [], add = [], remove = [] }) => {
    const decided = decideLabels({
      assistance: isAssisted ? assisted : noAssistance,
      verdict: { outcome: 'passed', rung, reasons: [], gates: [] },
      labels: defaultPolicy.labels,
      current,
      history,
    });
    expect(decided).toEqual({ add, remove });
  });

  it('are the same the second time', () => {
    const input = {
      assistance: assisted,
      verdict: { outcome: 'passed', rung: 'T3', reasons: [], gates: [] },
      labels: defaultPolicy.labels,
    } as const;
    const { add } = decideLabels({ ...input, current: [], history: [] });
    const again = decideLabels({ ...input, current: add, history: add.map((label) => event(label, 'added', 'app')) });
    expect(again).toEqual({ add: [], remove: [] });
  });
});
