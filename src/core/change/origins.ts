import type { ColumnLineage, ColumnSource, ProjectLineage } from '#core/lineage';
import { columnToken, isFolded, mapTokens } from '#core/lineage';

type Place = Pick<ColumnSource, 'uniqueId' | 'column'>;

/** Follows a column up through nodes that only hand it on. */
export interface Origins {
  /** Where a column's value is made: itself, unless its node is a plain projection that gives it as it got it. */
  readonly originOf: (place: Place) => Place;
  /** A column's logic in terms of the origins of its sources; null when it is a digest that cannot be rewritten. */
  readonly logicOf: (column: ColumnLineage) => string | null;
}

/**
 * Origins in one side's lineage. `select * from source` between a model and its source changes neither values nor rows,
 * so that taking such a model out, or putting one in, is no other source. A node that joins, filters, groups or sorts is
 * never passed through: its rows are its own.
 */
export function originsIn(lineage: ProjectLineage): Origins {
  function originOf(place: Place): Place {
    let at = place;
    // Lineage has no cycles, but a hostile manifest may claim one.
    for (let steps = 0; steps < 100; steps += 1) {
      const next = handedOn(lineage, at);
      if (next === null) return at;
      at = next;
    }
    return at;
  }
  return {
    originOf,
    logicOf({ logic, sources }) {
      const tokens = new Map<string, string>();
      for (const source of sources) {
        const origin = originOf(source);
        const [before, after] = [
          columnToken(source.uniqueId, source.column),
          columnToken(origin.uniqueId, origin.column),
        ];
        if (before !== after) tokens.set(before, after);
      }
      if (tokens.size === 0) return logic;
      return isFolded(logic) ? null : mapTokens(logic, (token) => tokens.get(token) ?? token);
    },
  };
}

function handedOn(lineage: ProjectLineage, { uniqueId, column }: Place): Place | null {
  const node = lineage.get(uniqueId);
  if (node === undefined || node.unresolved !== null || node.rowset.length > 0) return null;
  const made = node.columns.find((one) => one.column.toLowerCase() === column.toLowerCase());
  const [source, ...others] = made?.unresolved === null ? made.sources : [];
  return source !== undefined && others.length === 0 && isPlain(source) ? source : null;
}

function isPlain({ functions, transformation }: ColumnSource): boolean {
  return functions.length === 0 && (transformation === 'identity' || transformation === 'rename');
}
