import { reason } from '#core/base';
import type { Answer, QuestionOf, SqlWriter } from '#core/evidence';
import { planFigures, readPlan, toOneExplain } from '#core/evidence';
import type { Connection, Had } from './warehouse.ts';

/** Sizes of further relations are not asked for. */
const mostSizes = 20;

interface Asking {
  readonly connection: Connection;
  readonly writer: SqlWriter;
  readonly had: Had;
}

/** Asks how a SELECT would be run. That the warehouse refuses it is an answer too; that it does not have a relation of it is none. */
export async function askPlan(question: QuestionOf<'plan'>, { connection, writer, had }: Asking): Promise<Answer> {
  const explain = toOneExplain(question.select, writer.dialect);
  if (typeof explain !== 'string') return { known: false, reason: explain };
  const ran = await connection.explain(explain);
  const kind = 'plan';
  if (!ran.ok) {
    if (ran.reason.code !== 'sql-refused') return { known: false, reason: ran.reason };
    return { known: true, kind, figures: { planned: 0 }, text: ran.reason.text.slice(0, 100), ...had };
  }
  const plan = readPlan(ran.rows, writer.dialect);
  if (plan === null) return { known: false, reason: reason('plan-unread', 'the warehouse’s plan cannot be read') };
  const filtered = new Set(plan.scans.filter((scan) => scan.filtered).map(({ relation }) => relation));
  const sizes = new Map<string, number>();
  for (const relation of [...filtered].slice(0, mostSizes)) {
    sizes.set(relation, await sizeOf(relation, { connection, writer }));
  }
  return { known: true, kind, figures: planFigures(plan, sizes), text: null, ...had };
}

/** How many rows the warehouse takes a relation to have; it counts none of them. */
async function sizeOf(
  relation: string,
  { connection, writer }: Pick<Asking, 'connection' | 'writer'>,
): Promise<number> {
  const from = writer.relation(relation);
  const explain = from === null ? null : toOneExplain(`select 1 from ${from}`, writer.dialect);
  const ran = typeof explain === 'string' ? await connection.explain(explain) : null;
  return ran?.ok === true ? (readPlan(ran.rows, writer.dialect)?.rows ?? 0) : 0;
}
