import type { UniqueId } from '#core/base';
import type { Edit, Term } from '#core/meaning';
import type { ComparedModel, RuleFinding, RuleInput } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { tell } from '../tell.ts';
import { termsIn, termsOf } from './terms.ts';

type Message = 'key' | 'snapshot' | 'order' | 'filter';

/** A value that is another one on each run, where rows are told apart or chosen by it. */
export const nonDeterministicKey = defineRule({
  id: 'non-deterministic-key',
  title: 'A key or choice that differs on each run',
  severity: 'S3',
  page: {
    what: 'A function that gives another value on each run (random, UUID, the time of day) and newly makes a column that is the key of the model, a column that a snapshot watches, the order by which a window numbers rows, or a condition on random numbers. Silent about columns like `loaded_at` that no row is told apart by, and about the current time in a condition.',
    why: 'Each run gives the same rows new keys: an incremental model adds them all again, a snapshot closes every version on every run, joins by the stored key find nothing.',
    fires: {
      kind: 'sql',
      title: '',
      before: 'select id, row_number() over (partition by id order by amount) as n from orders',
      after: 'select id, row_number() over (partition by id order by random()) as n from orders',
      relations: { orders: { columns: { id: 'integer', amount: 'integer' } } },
      notRun: 'its rows differ between two runs of the same SQL',
    },
    silent: [
      {
        kind: 'sql',
        title: 'When a row was built.',
        before: 'select id from orders',
        after: 'select id, current_timestamp as loaded_at from orders',
        relations: { orders: { columns: { id: 'integer' }, keys: [['id']] } },
        notRun: 'its rows differ between two runs of the same SQL',
      },
    ],
    safeIf: 'Make the key of columns that tell the row apart in its source, for example a hash of them.',
    waive: '',
  },
  messages: {
    key: '`{column}` of `{model}` is its key and is another on each run: {functions}',
    snapshot: '`{column}` of the snapshot `{model}` is watched and is another on each run: {functions}',
    order: '`{model}` chooses among rows by {functions}: another one on each run',
    filter: '`{model}` keeps rows by {functions}: others on each run',
  },
  find: (input) => input.models.flatMap((model) => model.edits.flatMap((edit) => findIn(input, model, edit))),
});

const random =
  /^(?:rand|random|uuid|newid|randn|uniform|randstr|gen_random_uuid|generate_uuid|uuid_string|uuid_generate_v4|generateuuidv4|newuuid)$/;
const clock =
  /^(?:now|current_timestamp|current_time|localtimestamp|getdate|sysdate|systimestamp|sysdatetime|clock_timestamp)$/;

function findIn(input: RuleInput, { uniqueId }: ComparedModel, edit: Edit): readonly RuleFinding<Message>[] {
  const { before, after } = termsOf(edit);
  const known = new Set(before.flatMap((term) => functionsIn(term)));
  const fresh = [...new Set(after.flatMap((term) => functionsIn(term)))].filter((name) => !known.has(name));
  if (fresh.length === 0) return [];
  const dice = fresh.filter((name) => random.test(name));
  const told = (messageId: Message, functions: readonly string[], column: string | null) => [
    tell({
      messageId,
      uniqueId,
      data: {
        model: input.change.head.project.nodes.get(uniqueId)?.name ?? uniqueId,
        functions: functions.map((name) => `${name}()`).join(', '),
        ...(column === null ? {} : { column }),
      },
      columns: column === null ? [] : [column],
      place: { kind: 'text', uniqueId, in: 'code', text: functions[0] ?? '' },
      ...(messageId === 'key' || messageId === 'snapshot' ? { severity: 'S2' as const } : {}),
      matters: words[messageId],
      safeIf: messageId === 'order' ? 'order by columns that tell the rows apart' : 'make it of columns of the source',
      edits: [edit],
      key: `${column ?? ''} ${functions.join(',')}`,
    }),
  ];
  if (edit.kind === 'output-added' || edit.kind === 'output-changed') {
    const column = edit.kind === 'output-added' ? edit.output.name : edit.after.name;
    if (keyColumns(input, uniqueId).has(column.toLowerCase())) return told('key', fresh, column);
    if (isWatched(input, uniqueId, column)) return told('snapshot', fresh, column);
    const ordered = after.flatMap((term) => [...termsIn(term)]).some((term) => isOrderedByChance(term));
    return dice.length > 0 && ordered ? told('order', dice, null) : [];
  }
  if (dice.length === 0) return [];
  return edit.kind === 'order' ? told('order', dice, null) : told('filter', dice, null);
}

const words: Readonly<Record<Message, string>> = {
  key: 'a row that is built again has another key, so nothing that stored the old one finds it',
  snapshot: 'each run sees a change in every row and closes its version',
  order: 'where two rows compete, another one wins on each run',
  filter: 'each run has other rows',
};

function functionsIn(term: Term): readonly string[] {
  return [...termsIn(term)]
    .filter(({ kind, name }) => kind !== 'literal' && kind !== 'column' && (random.test(name) || clock.test(name)))
    .map(({ name }) => name);
}

function isOrderedByChance(term: Term): boolean {
  return (
    term.kind === 'clause' && term.name.startsWith('order by') && functionsIn(term).some((name) => random.test(name))
  );
}

/** Columns of any key of the model, in lower case. */
function keyColumns({ facts }: RuleInput, uniqueId: UniqueId): ReadonlySet<string> {
  return new Set(facts.head.of(uniqueId).keys.flatMap(({ columns }) => columns));
}

function isWatched({ change }: RuleInput, uniqueId: UniqueId, column: string): boolean {
  const node = change.head.project.nodes.get(uniqueId);
  if (node?.resourceType !== 'snapshot' || node.config['strategy'] !== 'check') return false;
  const columns = node.config['check_cols'];
  return (
    columns === 'all' ||
    (Array.isArray(columns) && columns.some((name) => String(name).toLowerCase() === column.toLowerCase()))
  );
}
