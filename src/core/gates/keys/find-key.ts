import type { UniqueId } from '#core/base';
import { compareText } from '#core/base';
import type { AnalyzedSide } from '#core/change';
import type { KeyOrigin } from '#core/meaning';
import { saidKeys } from '#core/meaning';

/** The columns by which a relation's rows are told apart, and who says so. */
export interface Key {
  readonly columns: readonly string[];
  readonly from: KeyOrigin;
}

/** Who is believed first. What SQL makes of rows is not asked: it needs no counting. */
const order: readonly KeyOrigin[] = ['meta', 'constraint', 'test', 'unique_key', 'snapshot'];

/**
 * The key of a node, from what the facts know that is said of it, the surest first: `meta: {weirkeeper: {key: …}}`, a primary key or
 * unique constraint, a test that looks at every row, `unique_key`, a snapshot's `dbt_scd_id`. Names as its YAML writes them. Null when
 * nothing says.
 */
export function keyOf({ project }: AnalyzedSide, uniqueId: UniqueId): Key | null {
  // The shortest key says most; of two as short, the one that comes first by name, so that it is the same every time.
  const [key] = [...saidKeys(project, uniqueId)].sort(
    (a, b) =>
      order.indexOf(a.from) - order.indexOf(b.from) ||
      // A primary key before a unique constraint.
      Number(a.from === 'constraint' && a.exceptNulls) - Number(b.from === 'constraint' && b.exceptNulls) ||
      a.columns.length - b.columns.length ||
      compareText(a.columns.join(), b.columns.join()),
  );
  if (key === undefined) return null;
  const written = new Map([...(project.nodes.get(uniqueId)?.columns.keys() ?? [])].map((name) => [fold(name), name]));
  return { columns: key.columns.map((column) => written.get(column) ?? column), from: key.from };
}

function fold(name: string): string {
  return name.toLowerCase();
}
