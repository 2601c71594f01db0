import type { Plan } from '#core/meaning';
import { shortName } from '#core/rules';
import type { Found } from './found.ts';

/** A finding in whose words subqueries are called as the SQL calls them, where it does and only one has that name. */
export function named({ finding, ...found }: Found): Found {
  const names = new Map<string, string | null>();
  for (const { base, head } of finding.edits) {
    for (const [short, written] of [...subqueriesOf(base), ...subqueriesOf(head)]) {
      const known = names.get(short);
      names.set(short, known === undefined || known === written ? written : null);
    }
  }
  if (names.size === 0) return { ...found, finding };
  const words = (text: string): string => text.replace(/\{[^{}\s]*\}/g, (short) => names.get(short) ?? short);
  const data = Object.entries(finding.data).map(([name, value]) => [
    name,
    typeof value === 'string' ? words(value) : value,
  ]);
  const { matters, safeIf } = finding;
  return {
    ...found,
    finding: {
      ...finding,
      data: Object.fromEntries(data) as typeof finding.data,
      matters: words(matters),
      safeIf: words(safeIf),
    },
  };
}

function subqueriesOf(plan: Plan): readonly (readonly [string, string])[] {
  if (plan.kind !== 'block') return [];
  return plan.inputs.flatMap(({ alias, written, source }) =>
    source.kind === 'plan' && written !== '' ? [[shortName(alias), written] as const] : [],
  );
}
