import type { Facts, Term } from '#core/meaning';
import { isOneRowFor } from '#core/meaning';
import { bare, hasKeys } from '../choosing.ts';
import type { ComparedModel, RuleFinding } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { changedTerms, newTerms, partsIn } from '../sql-changes.ts';
import { placeWords, tellEdit } from '../tell-edit.ts';
import { termWords } from '../term-words.ts';

type Message = 'frame' | 'order' | 'partition' | 'last-value' | 'ties';
const events = { columns: { id: 'integer', user_id: 'integer', happened_at: 'integer', amount: 'integer' } };

/** Which rows a window function looks at. */
export const windowFrame = defineRule({
  id: 'window-frame',
  title: 'The rows that a window looks at',
  severity: 'S3',
  page: {
    what: 'The frame, the order or the partition of a window is another for the same function; or LAST_VALUE is new and has no frame, so that it ends at the current row; or a SUM, COUNT or AVG over an order is new, has no frame, and its order leaves rows tied although a key of the rows is known. ROW_NUMBER and RANK that choose rows are told by the rule on dedup order. Silent about a frame that is written out and was meant before.',
    why: 'A running total without a frame gives rows with the same order value the same sum. LAST_VALUE without a frame gives the current row, and not the last one.',
    fires: {
      kind: 'sql',
      title: '',
      before:
        'select id, sum(amount) over (partition by user_id order by happened_at rows unbounded preceding) as running from events',
      after: 'select id, sum(amount) over (partition by user_id order by happened_at) as running from events',
      relations: { events },
    },
    alsoFires: [
      {
        kind: 'sql',
        title: 'Two events at one time get the same running total.',
        before: 'select id, amount from events',
        after: 'select id, amount, sum(amount) over (order by happened_at) as running from events',
        relations: { events: { ...events, keys: [['id']], notNull: ['id'] } },
        notRun: 'the column is new: there is nothing to compare it with',
      },
    ],
    silent: [
      {
        kind: 'sql',
        title: 'A running total by the key.',
        before: 'select id, amount from events',
        after: 'select id, amount, sum(amount) over (order by happened_at, id) as running from events',
        relations: { events: { ...events, keys: [['id']], notNull: ['id'] } },
      },
      {
        kind: 'sql',
        title: 'The same window by name.',
        before: 'select id, sum(amount) over (partition by user_id order by happened_at) as running from events',
        after:
          'select id, sum(amount) over w as running from events window w as (partition by user_id order by happened_at)',
        relations: { events },
      },
    ],
    safeIf:
      'Write the frame (`rows between unbounded preceding and current row`), and order by columns that are unique within the partition.',
    waive: '',
  },
  messages: {
    frame: '{place} of `{model}` looks at other rows: `{function}` over {after}, it was {before}',
    order: '{place} of `{model}` goes through its rows in another order: `{function}` by {after}, it was {before}',
    partition: '{place} of `{model}` starts anew for other groups: `{function}` for each {after}, it was {before}',
    ties: '{place} of `{model}` gives rows that are tied by {after} the same figure: `{function}` has an order and no frame',
    'last-value': '{place} of `{model}` ends at the current row: `{function}` has an order and no frame',
  },
  find: ({ models, facts }) =>
    models.flatMap((model) => [...changedIn(model), ...lastValuesIn(model), ...tiesIn(model, facts.head)]),
});

function changedIn(model: ComparedModel): readonly RuleFinding<Message>[] {
  return changedTerms(model).flatMap((changed) => {
    const known = new Set(windowsIn(changed.before).map(({ text }) => text));
    return windowsIn(changed.after)
      .filter(({ text }) => !known.has(text))
      .flatMap((after): readonly RuleFinding<Message>[] => {
        const before = windowsIn(changed.before).find((one) => one.children[0]?.text === after.children[0]?.text);
        if (before === undefined || choosing.has(after.name)) return [];
        const different = (['partition by', 'order by', 'frame'] as const).find(
          (name) => clause(before, name)?.text !== clause(after, name)?.text,
        );
        if (different === undefined) return [];
        const messageId = different === 'frame' ? 'frame' : different === 'order by' ? 'order' : 'partition';
        return [
          tellEdit(model, {
            messageId,
            edit: changed.edit,
            span: after.span,
            columns: changed.columns,
            data: {
              place: placeWords(changed),
              function: calledWords(after),
              before: clauseWords(before, different),
              after: clauseWords(after, different),
            },
            matters:
              messageId === 'frame'
                ? 'rows of one partition with the same order value, or more rows than the frame holds'
                : 'a partition of two or more rows',
            safeIf: 'write the frame, and order by columns that are unique within the partition',
            key: `${changed.name} ${messageId}`,
            ...(messageId === 'partition' ? { severity: 'S2' as const } : {}),
          }),
        ];
      });
  });
}

/** Functions that number rows: what they choose is told where rows are chosen. */
const choosing: ReadonlySet<string> = new Set(['row_number', 'rank', 'dense_rank']);

function lastValuesIn(model: ComparedModel): readonly RuleFinding<Message>[] {
  const known = new Set(changedTerms(model).flatMap(({ before }) => windowsIn(before).map(({ text }) => text)));
  const told = new Set(
    changedTerms(model).flatMap(({ before }) => windowsIn(before).map(({ children }) => children[0]?.text)),
  );
  return newTerms(model).flatMap(({ edit, term, name, columns }) =>
    windowsIn(term).flatMap((window): readonly RuleFinding<Message>[] => {
      const isOpen =
        window.name === 'last_value' &&
        clause(window, 'order by') !== undefined &&
        clause(window, 'frame') === undefined;
      if (!isOpen || known.has(window.text) || told.has(window.children[0]?.text)) return [];
      return [
        tellEdit(model, {
          messageId: 'last-value',
          edit,
          span: window.span,
          columns,
          data: { place: placeWords({ stands: 'output', name }), function: calledWords(window) },
          matters: 'a partition of two or more rows: each gets its own value, or that of its ties',
          safeIf:
            'add `rows between unbounded preceding and unbounded following`, or take first_value in the opposite order',
          key: `${name} last-value`,
          severity: 'S2',
        }),
      ];
    }),
  );
}

const running: ReadonlySet<string> = new Set(['sum', 'count', 'avg']);

/** New running figures whose order does not tell the rows of a partition apart. */
function tiesIn(model: ComparedModel, facts: Facts): readonly RuleFinding<Message>[] {
  const known = new Set(changedTerms(model).flatMap(({ before }) => windowsIn(before).map(({ text }) => text)));
  return newTerms(model).flatMap(({ edit, term, name, columns }) => {
    const { head } = edit;
    if (head.kind !== 'block' || head.groupBy !== null || !hasKeys(head, facts)) return [];
    return windowsIn(term).flatMap((window): readonly RuleFinding<Message>[] => {
      const order = clause(window, 'order by');
      const isOpen = running.has(window.children[0]?.name ?? '') && order !== undefined;
      if (!isOpen || clause(window, 'frame') !== undefined || known.has(window.text)) return [];
      const by = [...(clause(window, 'partition by')?.children ?? []), ...order.children.map(bare)];
      if (isOneRowFor(head, facts, by)) return [];
      return [
        tellEdit(model, {
          messageId: 'ties',
          edit,
          span: window.span,
          columns,
          data: {
            place: placeWords({ stands: 'output', name }),
            function: calledWords(window),
            after: clauseWords(window, 'order by'),
          },
          matters: 'two rows of one partition with the same order value',
          safeIf: 'add `rows unbounded preceding`, and order by a key last',
          key: `${name} ties`,
        }),
      ];
    });
  });
}

function windowsIn(term: Term): readonly Term[] {
  return partsIn(term).filter(({ kind }) => kind === 'window');
}

function clause({ children }: Term, name: string): Term | undefined {
  return children.find((child) => child.kind === 'clause' && child.name === name);
}

function calledWords({ children: [own], name }: Term): string {
  return own === undefined ? name : termWords(own, 60);
}

function clauseWords(window: Term, name: string): string {
  const found = clause(window, name);
  if (found === undefined) return name === 'frame' ? 'the default frame' : 'nothing';
  const words = found.children.map((child) => termWords(child, 60)).join(', ');
  return `\`${`${words}${found.modifiers === '' ? '' : ` ${found.modifiers}`}`.trim()}\``;
}
