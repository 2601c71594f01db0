import type { Reason, UniqueId } from '#core/base';
import { sortedBy } from '#core/base';

const mostNamed = 3;

/** What a gate could not look at, as one reason with the first one's remedy; null of none. */
export function joinReasons([first, ...others]: readonly Reason[]): Reason | null {
  return first === undefined ? null : { ...first, text: [first, ...others].map(({ text }) => text).join('; ') };
}

/** One reason a cause, with the nodes that it concerns: three named, the rest counted. */
export function groupReasons(
  missing: readonly { readonly uniqueId: UniqueId; readonly cause: Reason }[],
): readonly Reason[] {
  const groups = new Map<string, { readonly cause: Reason; readonly named: Set<UniqueId> }>();
  for (const { uniqueId, cause } of missing) {
    const key = `${cause.code}\n${cause.text}`;
    const group = groups.get(key) ?? { cause, named: new Set() };
    group.named.add(uniqueId);
    groups.set(key, group);
  }
  return sortedBy(groups.entries(), ([key]) => key).map(([, { cause, named }]) => {
    const ids = [...named];
    const more = ids.length > mostNamed ? ` and ${ids.length - mostNamed} more` : '';
    return { ...cause, text: `${cause.text}: ${ids.slice(0, mostNamed).join(', ')}${more}` };
  });
}
