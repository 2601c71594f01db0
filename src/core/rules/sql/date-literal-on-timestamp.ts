import type { Term } from '#core/meaning';
import { typeOf } from '../column-types.ts';
import type { RuleFinding, RuleInput } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { newTerms } from '../sql-changes.ts';
import { comparisonsIn } from '../sql-comparisons.ts';
import { tellEdit } from '../tell-edit.ts';
import { termWords } from '../term-words.ts';

const events = { columns: { id: 'integer', happened_at: 'timestamp' } };

/** `happened_at <= '2024-01-31'` leaves out the last day but for its first instant. */
export const dateLiteralOnTimestamp = defineRule({
  id: 'date-literal-on-timestamp',
  title: 'A date as the end of timestamps',
  severity: 'S2',
  page: {
    what: 'A new condition compares a timestamp with `<=`, `=` or as the upper end of BETWEEN with a date that has no time. Silent where the column is cast to a date, where it is a date, and where its type is not known.',
    why: 'The date stands for its midnight. All of the last day after its first instant is left out, which looks like an ordinary drop at the end of the period.',
    fires: {
      kind: 'sql',
      title: '',
      before: "select id from events where happened_at < '2024-02-01'",
      after: "select id from events where happened_at <= '2024-01-31'",
      relations: { events },
    },
    silent: [
      {
        kind: 'sql',
        title: 'The column is cast to a date.',
        before: "select id from events where happened_at < '2024-02-01'",
        after: "select id from events where cast(happened_at as date) <= '2024-01-31'",
        relations: { events: { columns: events.columns, notNull: ['happened_at'] } },
      },
    ],
    safeIf: 'Write `<` and the day after, or cast the column to a date.',
    waive: '',
  },
  messages: {
    end: '`{model}` keeps `{column}` {words} `{literal}`: of that day only the first instant',
  },
  find: (input) => input.models.flatMap((model) => findIn(input, model)),
});

function findIn({ change }: RuleInput, model: RuleInput['models'][number]): readonly RuleFinding<'end'>[] {
  const known = new Set(
    model.edits.flatMap((edit) =>
      'before' in edit && typeof edit.before === 'object' && edit.before !== null && 'term' in edit.before
        ? comparisonsIn(edit.before.term).map(({ text }) => text)
        : [],
    ),
  );
  return newTerms(model).flatMap(({ edit, term, columns }) => {
    const block = edit.head;
    if (block.kind !== 'block') return [];
    return comparisonsIn(term).flatMap((comparison): readonly RuleFinding<'end'>[] => {
      const ends = endOf(comparison);
      if (ends === null || known.has(comparison.text) || typeOf(ends.of, block, change.head) !== 'timestamp') return [];
      return [
        tellEdit(model, {
          messageId: 'end',
          edit,
          span: ends.of.span,
          columns,
          data: {
            column: termWords(ends.of),
            words: comparison.name === '=' ? 'equal to' : 'up to',
            literal: ends.literal,
          },
          matters: `a row of ${ends.literal} after midnight`,
          safeIf: `write \`<\` and the day after, or cast \`${termWords(ends.of)}\` to a date`,
          key: `${termWords(ends.of)} ${comparison.name}`,
        }),
      ];
    });
  });
}

/** What is compared with a date at its upper end. */
function endOf({ name, children: [left, right] }: Term): { readonly of: Term; readonly literal: string } | null {
  if (left === undefined || right === undefined || !(name === '<=' || name === '=')) return null;
  const literal = dateOf(right);
  return literal === null || left.reads.length === 0 ? null : { of: left, literal };
}

/** The date that a literal, or a cast of one, is; null where it has a time. */
function dateOf(term: Term): string | null {
  const inner = term.kind === 'cast' ? term.children[0] : term;
  const found = inner?.kind === 'literal' ? /^(?:date\s*)?'(\d{4}-\d{2}-\d{2})'$/i.exec(inner.name) : null;
  return found?.[1] ?? null;
}
