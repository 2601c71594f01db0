import { compareText } from '#core/base';
import { nameIn, nameOf, rowName } from './column-name.ts';
import { type Because, type Dependency, follows, together } from './dependencies.ts';
import type { Key } from './facts.ts';
import { decides, type GivenRows, type Named } from './given-rows.ts';
import { inOrder } from './key-order.ts';
import { listed, partitionOf, proven } from './made-from.ts';

const mostCandidates = 60;

/** Keys of what a block gives. */
export function keysOf(given: GivenRows): readonly Key[] {
  const nothing = decides([], given);
  if (nothing !== null) return [keyOf([], nothing)];
  const { block } = given.rows;
  const used = new Set([...given.goal, ...given.dependencies.flatMap(({ from }) => from)]);
  const relevant = given.outputs.filter(
    ({ name, term }) => (used.has(name) || block.distinct) && term?.kind !== 'literal',
  );
  const found = [...strictKeys(relevant.slice(0, mostCandidates), given), ...numbered(given)];
  return inOrder([...found, ...exceptNulls(given)]);
}

function strictKeys(relevant: readonly Named[], given: GivenRows): readonly Key[] {
  const found: Key[] = [];
  for (const one of relevant) {
    const because = decides([one.name], given);
    if (because !== null) found.push(keyOf([one.key], because));
  }
  const single = new Set(found.flatMap(({ columns }) => columns));
  const rest = relevant.filter(({ key }) => !single.has(key));
  for (const order of [rest, [...rest].reverse()]) {
    const least = leastOf(order, given);
    if (least !== null) found.push(least);
  }
  return found;
}

/** The columns that are left when each that is not needed is taken away, in this order; null where all together are no key. */
function leastOf(order: readonly Named[], given: GivenRows): Key | null {
  if (
    decides(
      order.map(({ name }) => name),
      given,
    ) === null
  )
    return null;
  let kept = order;
  for (const one of order) {
    const without = kept.filter((other) => other !== one);
    if (
      decides(
        without.map(({ name }) => name),
        given,
      ) !== null
    )
      kept = without;
  }
  const because = decides(
    kept.map(({ name }) => name),
    given,
  );
  return because === null
    ? null
    : keyOf(
        kept.map(({ key }) => key),
        because,
      );
}

function keyOf(columns: readonly string[], because: Because): Key {
  return { ...together(because, 'the SQL'), from: 'sql', columns: [...columns].sort(compareText), exceptNulls: false };
}

/** A row's number within its partition, with the partition, is a key: `where rn = 1` outside makes the partition one. */
function numbered(given: GivenRows): readonly Key[] {
  const { outputs, rows } = given;
  if (rows.block.distinct) return [];
  return outputs.flatMap((output) => {
    const partition = output.term === null ? null : partitionOf(output.term);
    if (partition === null) return [];
    const columns = partition.map((term) => outputs.find(({ name }) => name === nameOf(term))?.key);
    if (!columns.every((column) => column !== undefined)) return [];
    const fact = proven(`row_number() for each ${listed(partition)}`);
    return [{ ...fact, from: 'sql', columns: [...columns, output.key].sort(compareText), exceptNulls: false }];
  });
}

/** Keys that hold only where nothing is NULL, of a single input that no join repeats. */
function exceptNulls(given: GivenRows): readonly Key[] {
  const { rows, outputs, goal, dependencies } = given;
  if (rows.block.groupBy !== null) return [];
  return [...rows.inputs.entries()].flatMap(([alias, { facts }]) =>
    facts.keys.flatMap((key): readonly Key[] => {
      const names = key.columns.map((column) => nameIn(alias, column));
      const columns = names.map((name) => outputs.find((output) => output.name === name)?.key);
      if (names.length === 0 || !columns.every((column) => column !== undefined)) return [];
      const weak: Dependency = { from: names, to: [rowName(alias)], fact: key };
      const because = follows(names, goal, [...dependencies, weak]);
      return because === null ? [] : [{ ...keyOf(columns, because), exceptNulls: true }];
    }),
  );
}
