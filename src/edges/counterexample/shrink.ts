import type { Cell, Input, Material } from './input.ts';
import { keepsRules } from './input.ts';
import type { Outputs, Trial } from './trial.ts';

/** One step to a simpler input: a row less, or a simpler value in a cell. */
interface Step {
  readonly table: number;
  readonly row: number;
  /** Null for the whole row. */
  readonly cell: { readonly column: number; readonly value: Cell } | null;
}

const mostRounds = 30;

/** A simpler input that still `shows` the difference: no row can be left out and no value made simpler, one at a time. */
export async function shrink(
  input: Input,
  material: Material,
  trial: Trial,
  shows: (outputs: Outputs | null) => boolean,
): Promise<Input> {
  let best = input;
  for (let round = 0; round < mostRounds; round += 1) {
    const rows = stepsOf(best, material).filter(({ cell }) => cell === null);
    const next =
      (await take(best, rows)) ??
      (await take(
        best,
        stepsOf(best, material).filter(({ cell }) => cell !== null),
      ));
    if (next === null) break;
    best = next;
  }
  return best;

  /** The input after as many of the steps as can be taken together. */
  async function take(from: Input, steps: readonly Step[]): Promise<Input | null> {
    const made = steps.map((step) => [step, after(from, [step])] as const).filter(([, to]) => keepsRules(material, to));
    const outputs = await trial.outputsOf(made.map(([, to]) => to));
    const good = made.filter((_, at) => shows(outputs[at] ?? null));
    if (good.length === 0) return null;
    const all = good.map(([step]) => step);
    const together = [
      all,
      all.slice(0, Math.ceil(all.length / 2)),
      all.slice(Math.ceil(all.length / 2)),
      all.slice(0, 2),
    ]
      .map((some) => after(from, some))
      .filter((to) => keepsRules(material, to));
    const seen = await trial.outputsOf(together);
    return together.find((_, at) => shows(seen[at] ?? null)) ?? good[0]?.[1] ?? null;
  }
}

/** Of two steps in one cell the first is taken. */
function after(input: Input, steps: readonly Step[]): Input {
  return input.map((rows, table) => {
    const own = steps.filter((step) => step.table === table);
    const gone = new Set(own.filter(({ cell }) => cell === null).map(({ row }) => row));
    return rows
      .map((row, at) =>
        row.map((cell, column) => {
          const step = own.find((one) => one.row === at && one.cell?.column === column);
          return step?.cell === null || step === undefined ? cell : step.cell.value;
        }),
      )
      .filter((_, at) => !gone.has(at));
  });
}

function stepsOf(input: Input, { tables, pools }: Material): readonly Step[] {
  return input.flatMap((rows, table) =>
    rows.flatMap((cells, row): readonly Step[] => [
      { table, row, cell: null },
      ...cells.flatMap((cell, column) => {
        const kind = tables[table]?.columns[column];
        const simple: readonly Cell[] = [
          ...(kind?.nullable === true ? [null] : []),
          ...(kind?.accepted ?? pools[table]?.[column]?.plain ?? []),
        ];
        const rank = simple.indexOf(cell);
        const simpler = rank < 0 ? simple.slice(0, 3) : simple.slice(0, rank);
        return simpler.map((value) => ({ table, row, cell: { column, value } }));
      }),
    ]),
  );
}
