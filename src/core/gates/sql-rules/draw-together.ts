import { plural } from '#core/base';
import type { Change } from '#core/change';
import { listed } from '../state/listed.ts';
import { causeOf, dataOf, nodeNames } from './cause.ts';
import type { Found } from './found.ts';

/** One finding for each cause, the first of those that have it, with the others named in its sentence or after it. */
export function drawTogether(change: Change, found: readonly Found[]): readonly Found[] {
  const groups = [...Map.groupBy(found, causeOf).values()];
  const many = Map.groupBy(groups, ([first]) => (first === undefined ? '' : messageOf(first)));
  const whole = [...many].flatMap(([message, ones]) => (ofMany.has(message) && ones.length > 2 ? [ones.flat()] : ones));
  // As they were, the worst first.
  const place = new Map(found.map((one, at) => [one, at]));
  const at = ([first]: readonly Found[]): number => (first === undefined ? 0 : (place.get(first) ?? 0));
  return whole.sort((a, b) => at(a) - at(b)).flatMap((ones) => together(change, ones));
}

/** Messages of which three or more have one cause: the configuration of a folder, a layer that was taken out. */
const ofMany: ReadonlySet<string> = new Set(['seed-changed/column-type', 'reference-repointed/repointed']);

function messageOf({ rule, finding }: Found): string {
  return `${rule.id}/${finding.messageId}`;
}

function together(change: Change, ones: readonly Found[]): readonly Found[] {
  const [first, ...others] = ones;
  if (first === undefined || others.length === 0) return ones;
  const { uniqueId, data, matters, columns } = first.finding;
  const below = [...new Set(others.map(({ finding }) => finding.uniqueId))].filter((id) => id !== uniqueId);
  const called = [uniqueId, ...below].map((id) => change.head.project.nodes.get(id)?.name ?? id);
  const name = nodeNames.find((one) => data[one] !== undefined);
  const isSame = others.every((one) => dataOf(one) === dataOf(first));
  if (isSame && below.length === 0) return [first];
  if (isSame && name !== undefined)
    return [{ ...first, finding: { ...first.finding, data: { ...data, [name]: listed(called, 3) } }, alike: below }];
  const all = others.filter(({ finding }) => finding.uniqueId === uniqueId);
  const likewise = `likewise ${[alsoHere(first, all), below.length === 0 ? '' : `in ${listed(called.slice(1), 3)}`].filter((part) => part !== '').join(', and ')}`;
  const moved = [...new Set([...columns, ...all.flatMap(({ finding }) => finding.columns)])];
  const finding = {
    ...first.finding,
    columns: moved,
    matters: [matters, likewise].filter((part) => part !== '').join('; '),
  };
  return [{ ...first, finding, alike: below }];
}

/** The other columns of the same node, or how often the same is found in it. */
function alsoHere({ finding: { columns: own } }: Found, others: readonly Found[]): string {
  if (others.length === 0) return '';
  const columns = others.flatMap(({ finding }) => (finding.columns.length === 1 ? finding.columns : []));
  const named = [...new Set(columns)].filter((column) => !own.includes(column));
  if (named.length < others.length) return `in ${plural(others.length, 'more place')} of it`;
  return listed(
    named.map((column) => `\`${column}\``),
    3,
  );
}
