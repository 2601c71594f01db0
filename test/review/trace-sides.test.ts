import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ProjectSide } from '#core/change';
import { statementsOf, traceSide } from '#core/change';
import type { DbtCatalog, DbtProject } from '#core/dbt';
import type { ProjectLineage } from '#core/lineage';
import type { SqlStatement } from '#core/sql';
import { type LineagePorts, traceSides } from '#review';
import { type ANode, aCatalog, aProject, id } from '../support/a-project.ts';
import { reader } from '../support/read-sql.ts';

afterAll(() => reader.close());

const raw = 'source.shop.raw.orders';

interface Memory extends LineagePorts {
  readonly entries: Map<string, Uint8Array>;
  /** The SQL that the engines were asked for, in order. */
  readonly asked: string[];
}

/** Ports as a new process has them: a cache that may hold what an earlier one put there, and engines that say what they were asked. */
function ports(entries: ReadonlyMap<string, Uint8Array> = new Map()): Memory {
  const kept = new Map(entries);
  const asked: string[] = [];
  return {
    entries: kept,
    asked,
    sqlReader: {
      read(statements: readonly SqlStatement[]) {
        asked.push(...statements.map(({ sql }) => sql));
        return reader.read(statements);
      },
    },
    lineageCache: {
      get: async (keys) => new Map(keys.flatMap((key) => (kept.has(key) ? [[key, kept.get(key)!] as const] : []))),
      put: async (fresh) => {
        for (const [key, bytes] of fresh) kept.set(key, bytes);
      },
    },
  };
}

type Side = Pick<ProjectSide, 'project' | 'catalog'>;

async function trace(
  base: Side,
  head: Side,
  memory: Memory,
): Promise<Readonly<Record<'base' | 'head', ProjectLineage>>> {
  return (await traceSides({ base: base as ProjectSide, head: head as ProjectSide }, memory)).lineage;
}

async function uncached({ project, catalog }: Side): Promise<ProjectLineage> {
  return traceSide({ project, catalog }, 'head', await reader.read(statementsOf(project, 'head'))).lineage;
}

const shop = {
  stg: { compiledCode: 'select id, upper(status) as status, amount from "db"."main"."orders"', parents: [raw] },
  fct: { compiledCode: 'select id, sum(amount) as total from "db"."main"."stg" group by id', parents: ['stg'] },
  all_of_it: { compiledCode: 'select * from "db"."main"."stg"', parents: ['stg'] },
  board: {
    compiledCode: 'select a.status, f.total from "db"."main"."all_of_it" a join "db"."main"."fct" f using (id)',
    parents: ['all_of_it', 'fct'],
  },
};
const catalog = aCatalog({ [raw]: ['id integer', 'status text', 'amount numeric'] });

function sideOf(
  models: Readonly<Record<string, ANode>>,
  given: DbtCatalog | null = catalog,
  others: DbtProject['nodes'] | null = null,
): Side {
  const project = aProject({ models, others: { [raw]: {} } });
  return {
    project: others === null ? project : { ...project, nodes: new Map([...project.nodes, ...others]) },
    catalog: given,
  };
}

describe('a review after another', () => {
  it('asks the engines for what has changed, and for what reads columns that are others now', async () => {
    const memory = ports();
    const base = sideOf(shop);
    await trace(base, base, memory);
    expect(memory.asked).toHaveLength(4);

    const head = sideOf({
      ...shop,
      stg: { ...shop.stg, compiledCode: 'select id, lower(status) as status, amount from "db"."main"."orders"' },
    });
    const sameColumns = await trace(base, head, memory);
    expect(memory.asked.slice(4)).toEqual(['select id, lower(status) as status, amount from "db"."main"."orders"']);
    expect(sameColumns.head).toEqual(await uncached(head));

    const wider = sideOf({
      ...shop,
      stg: { ...shop.stg, compiledCode: 'select id, status, amount, 1 as extra from "db"."main"."orders"' },
    });
    const more = await trace(base, wider, memory);
    expect(memory.asked.slice(5)).toEqual([
      'select id, status, amount, 1 as extra from "db"."main"."orders"',
      shop.fct.compiledCode,
      shop.all_of_it.compiledCode,
      shop.board.compiledCode,
    ]);
    expect(more.head).toEqual(await uncached(wider));
    expect(more.base).toEqual(await uncached(base));
  });

  it('asks for nothing when another process has put everything into the cache', async () => {
    const first = ports();
    const base = sideOf(shop);
    const before = await trace(base, base, first);
    const second = ports(first.entries);
    expect(await trace(base, base, second)).toEqual(before);
    expect(second.asked).toEqual([]);
  });

  it('follows another type of a source’s column through models that have not changed', async () => {
    const memory = ports();
    await trace(sideOf(shop), sideOf(shop), memory);
    const head = sideOf(shop, aCatalog({ [raw]: ['id bigint', 'status text', 'amount numeric'] }));
    const { lineage } = await traceSides({ base: sideOf(shop) as ProjectSide, head: head as ProjectSide }, memory);
    expect(lineage.head).toEqual(await uncached(head));
    expect(lineage.head.get(id('fct'))?.columns[0]?.type).toBe('bigint');
  });

  it('answers new questions to a star that no catalog expands', async () => {
    const memory = ports();
    const open = { tmp: { compiledCode: 'select * from "db"."main"."orders"', parents: [raw] } };
    const reading = (column: string) =>
      sideOf({ ...open, reads: { compiledCode: `select ${column} from "db"."main"."tmp"`, parents: ['tmp'] } }, null);
    await trace(reading('email'), reading('email'), memory);
    const again = ports(memory.entries);
    expect((await trace(reading('email'), reading('email'), again)).head).toEqual(await uncached(reading('email')));
    expect(again.asked).toEqual([]);
    const { head } = await trace(reading('email'), reading('phone'), again);
    expect(head).toEqual(await uncached(reading('phone')));
    expect(head.get(id(raw))?.columns.map(({ column }) => column)).toEqual(['phone']);
    expect(again.asked).toEqual(['select phone from "db"."main"."tmp"', open.tmp.compiledCode]);
  });

  it('does not ask again for what no engine takes', async () => {
    const memory = ports();
    const bad = sideOf({ bad: { compiledCode: 'selec nothing', parents: [] } });
    const first = await trace(bad, bad, memory);
    expect(first.head.get(id('bad'))?.unresolved?.code).toBe('not-parsed');
    expect(await trace(bad, bad, memory)).toEqual(first);
    expect(memory.asked).toHaveLength(1);
  });
});

describe('an entry of the cache', () => {
  it('that is not whole, or that stands under another key, is as good as none', async () => {
    const first = ports();
    const base = sideOf(shop);
    const right = await trace(base, base, first);
    const [one, ...others] = [...first.entries.values()] as [Uint8Array, ...Uint8Array[]];
    const broken = new Map(
      [...first.entries.keys()].map((key, at) => {
        const cut = one.slice(0, -1);
        const bent = others[0]!.map((byte, place) => (place === 100 ? byte ^ 1 : byte));
        return [key, [cut, bent, new Uint8Array(), one][at] ?? cut];
      }),
    );
    const second = ports(broken);
    expect(await trace(base, base, second)).toEqual(right);
    expect(second.asked).toHaveLength(4);
  });

  it('is not needed: a cache that fails is left alone', async () => {
    const failing = {
      ...ports(),
      lineageCache: {
        get: () => Promise.reject(new TypeError('down')),
        put: () => Promise.reject(new TypeError('down')),
      },
    };
    const base = sideOf(shop);
    expect((await trace(base, base, failing)).head).toEqual(await uncached(base));
  });

  it('of another pull request never changes what comes out: cached lineage is uncached lineage', async () => {
    const columns = ['id', 'amount', 'status'];
    const expression = fc.oneof(
      fc.constantFrom(...columns),
      fc.constantFrom('upper(status)', 'amount + id', 'count(*) over ()', '*'),
    );
    const select = fc.array(expression, { minLength: 1, maxLength: 3 });
    const project = fc.array(fc.record({ select, parent: fc.nat(), hidden: fc.boolean() }), {
      minLength: 2,
      maxLength: 6,
    });
    const known = fc.constantFrom(catalog, null, aCatalog({ [raw]: ['id', 'amount'] }));
    const memory = ports();
    await fc.assert(
      fc.asyncProperty(project, project, known, async (base, head, given) => {
        const [before, after] = [base, head].map((models) => sideOf(modelsOf(models), given)) as [Side, Side];
        const lineage = await trace(before, after, memory);
        expect(lineage.base).toEqual(await uncached(before));
        expect(lineage.head).toEqual(await uncached(after));
      }),
      { numRuns: 60 },
    );
  });
});

/** Model `mN` reads one that stands before it, or the source; `hidden` ones do not say so in depends_on. */
function modelsOf(
  models: readonly { readonly select: readonly string[]; readonly parent: number; readonly hidden: boolean }[],
): Readonly<Record<string, ANode>> {
  return Object.fromEntries(
    models.map(({ select, parent, hidden }, at) => {
      const read = parent % (at + 1);
      const [table, name] = read === 0 ? ['orders', raw] : [`m${read - 1}`, `m${read - 1}`];
      return [
        `m${at}`,
        { compiledCode: `select ${select.join(', ')} from "db"."main"."${table}"`, parents: hidden ? [] : [name] },
      ];
    }),
  );
}
