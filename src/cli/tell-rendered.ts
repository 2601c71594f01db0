import { plural, toLine } from '#core/base';
import type { DbtProject } from '#core/dbt';

/** SQL that dbt did not compile is told apart, with what was taken for granted. */
export function tellRendered({ nodes }: DbtProject): void {
  const rendered = [...nodes.values()].flatMap((node) => (node.rendered?.failed === null ? [node.rendered] : []));
  if (rendered.length === 0) return;
  const assumed = [...new Set(rendered.flatMap((one) => one.assumed))].map(
    (what) => `${toLine(what, 80)} at its default`,
  );
  const incremental = rendered.some(({ isIncremental }) => isIncremental !== null)
    ? ['is_incremental() read as false']
    : [];
  const notes = [
    ...assumed.slice(0, 10),
    ...(assumed.length > 10 ? [`${assumed.length - 10} more vars`] : []),
    ...incremental,
  ];
  const told = notes.length === 0 ? '' : ` (${notes.join(', ')})`;
  console.error(`weirkeeper: dbt compiled nothing of ${plural(rendered.length, 'model')}: rendered from Jinja${told}`);
}
