import type { Change } from '#core/change';
import type { Answer, Answers, MeasuredColumn, Question } from '#core/evidence';
import type { Gate, GateInput, GateResult } from '#core/gates';
import type { NodeOfTest, NodeWords } from './a-change.ts';
import { aChange, aModel } from './a-change.ts';

const had = { source: 'a warehouse', at: '2026-03-02T00:00:00Z' };

export function inputOf(change: Change, options?: unknown): GateInput<unknown> {
  return {
    change,
    assistance: { level: 'unknown', evidence: [], tools: [], note: null },
    depth: 'standard',
    settled: [],
    options,
  };
}

interface Told {
  readonly rows?: Readonly<Record<string, number>>;
  /** By `kind`, or by `kind:side`. */
  readonly figures?: Readonly<Record<string, Record<string, number>>>;
  /** By `columns`, or by `columns:side`. */
  readonly columns?: Readonly<Record<string, readonly MeasuredColumn[]>>;
}

/** Rows by `side:name`, figures by the kind of question. */
function answersTo(questions: readonly Question[], { rows = {}, figures = {}, columns = {} }: Told): Answers {
  return new Map(
    questions.flatMap((question): [string, Answer][] => {
      if (question.kind === 'claims' || question.kind === 'counterexample') return [];
      if (question.kind === 'row-count') {
        const count = rows[`${question.side}:${question.uniqueId.split('.').at(-1) ?? ''}`];
        return count === undefined ? [] : [[question.key, { known: true, kind: 'row-count', rows: count, ...had }]];
      }
      if (question.kind === 'columns') {
        const list = columns[`columns:${question.side}`] ?? columns['columns'];
        const count = { columns: list?.length ?? 0 };
        return list === undefined
          ? []
          : [[question.key, { known: true, kind: 'columns', figures: count, text: null, columns: list, ...had }]];
      }
      const found = figures[question.kind] ?? figures[`${question.kind}:${'side' in question ? question.side : ''}`];
      return found === undefined
        ? []
        : [[question.key, { known: true, kind: question.kind, figures: found, text: null, ...had }]];
    }),
  );
}

/** What a gate says of a change when it is told these rows and figures. */
export function judgeWith(gate: Gate, change: Change, more: Told & { readonly options?: unknown }): GateResult {
  const input = inputOf(change, more.options);
  return gate.judge(input, answersTo(gate.ask(input), more));
}

/** A model in a schema of its own on each side. */
function on(side: 'prod' | 'pr', name: string, words: NodeWords = {}): NodeOfTest {
  return aModel(name, { relation: `"db"."${side}"."${name}"`, ...words });
}

/** One modified model, and parents that the change leaves alone, each side in a schema of its own. */
export function twoSides(
  name: string,
  words: NodeWords & { parents?: readonly string[]; head?: NodeWords } = {},
): Change {
  const { parents = [], head = {}, ...own } = words;
  const side = (schema: 'prod' | 'pr', more: NodeWords) => ({
    nodes: [...parents.map((one) => on(schema, one)), on(schema, name, { reads: parents, ...own, ...more })],
  });
  return aChange({ base: side('prod', {}), head: side('pr', head), modified: [name] });
}
