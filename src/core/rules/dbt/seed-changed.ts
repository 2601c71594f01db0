import type { JsonObject } from '#core/base';
import { isJsonObject, plural, toLine } from '#core/base';
import type { Change } from '#core/change';
import type { DbtNode } from '#core/dbt';
import { descendantsOf } from '#core/dbt';
import type { RuleFinding, RuleInput } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { tell } from '../tell.ts';
import type { Pair } from './config-changes.ts';
import { configChanges, modifiedPairs } from './config-changes.ts';
import type { SeedRows } from './seed-rows.ts';
import { seedRows } from './seed-rows.ts';

type Message = 'rows-gone' | 'value-still-named' | 'key-repeated' | 'column-type';

/** A lookup table that loses rows, repeats its key, or is read as other types. */
export const seedChanged = defineRule({
  id: 'seed-changed',
  title: 'A seed loses rows or its key',
  severity: 'S3',
  page: {
    what: 'From the lines of the pull request: keys of a seed that are gone, keys that are added a second time, and `column_types` that are another. The key is the column that a unique test names, else the first. A key that is gone is a warning where the SQL of a model downstream or an `accepted_values` test names it. Silent where a row is only edited or moved, where nothing in the project reads the seed, and where GitHub shows no lines of the file, as of very large ones.',
    why: 'A seed is joined to. A row less turns matches into NULL or, in an inner join, drops the facts behind it; a key twice doubles them. No one reads the CSV in a review.',
    fires: {
      kind: 'dbt',
      title: '',
      language: 'csv',
      before: 'country_code,region\nAT,central\nNO,north',
      after: 'country_code,region\nAT,central',
    },
    silent: [
      {
        kind: 'dbt',
        title: 'A value that is not the key is edited.',
        language: 'csv',
        before: 'country_code,region\nAT,central\nNO,north',
        after: 'country_code,region\nAT,alpine\nNO,north',
      },
    ],
    safeIf:
      'Show that no row downstream has the key; for a repeated key, remove one of the two, and add a unique test.',
    waive: '',
  },
  messages: {
    'rows-gone': '{rows} of the seed `{seed}` {verb} gone',
    'value-still-named': '{values} of `{column}` of the seed `{seed}` {verb} gone and still named by {readers}',
    'key-repeated': '{values} of `{column}` of the seed `{seed}` {verb} there twice',
    'column-type': 'columns of the seed `{seed}` are read as another type: {changes}',
  },
  find: (input) =>
    modifiedPairs(input.change).flatMap((pair) => {
      if (pair.node.resourceType !== 'seed' || !isRead(input.change, pair.node)) return [];
      const rows = seedRows(input, pair.node);
      return [...(rows === null ? [] : byRows(input, pair, rows)), ...byTypes(input, pair)];
    }),
});

/** Seeds that stand in for sources, as packages test themselves with, have no readers that dbt knows of. */
function isRead({ base, head }: Change, { uniqueId }: DbtNode): boolean {
  return [base, head].some(({ children }) => (children.get(uniqueId) ?? []).length > 0);
}

function byRows({ change }: RuleInput, { node }: Pair, rows: SeedRows): readonly RuleFinding<Message>[] {
  const { column, gone, repeated } = rows;
  const common = { uniqueId: node.uniqueId, place: null };
  const findings: RuleFinding<Message>[] = [];
  if (repeated.length > 0) {
    findings.push(
      tell({
        ...common,
        messageId: 'key-repeated',
        severity: 'S2',
        data: { seed: node.name, column, values: valuesText(repeated), verb: repeated.length === 1 ? 'is' : 'are' },
        matters: 'a join to the seed by this column gives each of these rows twice',
        safeIf: `remove one of the two, and add a unique test on ${column}`,
        key: repeated.join(','),
      }),
    );
  }
  if (gone.length === 0) return findings;
  const named = gone.flatMap((value) => readersOf(change, node, value).map((reader) => ({ value, reader })));
  const values = [...new Set(named.map(({ value }) => value))];
  const readers = [...new Set(named.map(({ reader }) => reader))];
  findings.push(
    values.length > 0
      ? tell({
          ...common,
          messageId: 'value-still-named',
          severity: 'S2',
          data: {
            seed: node.name,
            column,
            values: valuesText(values),
            verb: values.length === 1 ? 'is' : 'are',
            readers: toLine(readers.slice(0, 3).join(', '), 120),
          },
          matters: 'rows downstream with this value find no partner any more',
          safeIf: 'take the value out of the SQL and the tests too, or keep the row',
          key: values.join(','),
        })
      : tell({
          ...common,
          messageId: 'rows-gone',
          data: { seed: node.name, rows: plural(gone.length, 'row'), verb: gone.length === 1 ? 'is' : 'are' },
          matters: `if a row downstream still has ${gone.length === 1 ? 'the key' : 'one of the keys'}, it finds no partner any more`,
          safeIf: `add a relationships test from its readers to ${node.name}.${column}`,
          key: gone.slice(0, 20).join(','),
        }),
  );
  return findings;
}

function valuesText(values: readonly string[]): string {
  const shown = values.slice(0, 3).map((value) => `'${toLine(value, 40)}'`);
  return values.length > 3 ? `${shown.join(', ')} and ${values.length - 3} more` : shown.join(', ');
}

/** Models downstream whose SQL has the value as text, and tests that list it. Short numbers mean anything. */
function readersOf({ head }: Change, seed: DbtNode, value: string): readonly string[] {
  if (/^\d{0,3}$/.test(value)) return [];
  const literal = `'${value.replaceAll("'", "''")}'`;
  const below = descendantsOf(head.children, seed.uniqueId);
  const models = below.flatMap((id) => {
    const node = head.project.nodes.get(id);
    return (node?.compiledCode ?? node?.rawCode ?? '').includes(literal) ? [node?.name ?? id] : [];
  });
  const family = new Set([seed.uniqueId, ...below]);
  const tests = [...head.project.nodes.values()].filter(
    ({ test }) =>
      test?.name === 'accepted_values' &&
      test.attachedNode !== null &&
      family.has(test.attachedNode) &&
      Array.isArray(test.kwargs['values']) &&
      test.kwargs['values'].map(String).includes(value),
  );
  return [...models, ...tests.map(({ name }) => name)];
}

function byTypes({ change: { head } }: RuleInput, pair: Pair): readonly RuleFinding<Message>[] {
  const { node, old } = pair;
  if (configChanges(pair, ['column_types']).length === 0) return [];
  const [was, is] = [old, node].map(({ config }) => objectOf(config['column_types']));
  // A folder's configuration names the columns of all its seeds.
  const own = new Set(head.catalog?.get(node.uniqueId)?.columns.map(({ name }) => name.toLowerCase()));
  const names = [...new Set([...Object.keys(was ?? {}), ...Object.keys(is ?? {})])]
    .filter((name) => own.size === 0 || own.has(name.toLowerCase()))
    .sort();
  const changes = names
    .map((name) => ({ name, before: typeIn(was, name), after: typeIn(is, name) }))
    .filter(({ before, after }) => before.toLowerCase() !== after.toLowerCase())
    .map(({ name, before, after }) => `${name}: ${before} → ${after}`);
  if (changes.length === 0) return [];
  return [
    tell({
      messageId: 'column-type',
      uniqueId: node.uniqueId,
      place: { kind: 'text', uniqueId: node.uniqueId, in: 'properties', text: /column_types/ },
      data: { seed: node.name, changes: toLine(changes.join('; '), 160) },
      matters: 'a code read as a number loses leading zeros, and a join to text finds nothing',
      safeIf: 'compare the values of the seed before and after the build',
      key: changes.join(','),
    }),
  ];
}

function typeIn(types: JsonObject | undefined, name: string): string {
  const type = types?.[name];
  return typeof type === 'string' ? type : 'guessed';
}

function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}
