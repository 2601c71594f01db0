import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DbtProject, SelectionRequest } from '#core/dbt';
import { createSelector, indirectSelections, stateContext } from '#core/dbt';
import type { Json } from '../../support/manifests.ts';
import { aManifest, aModel, byId, readStateFixture, toProject } from '../../support/manifests.ts';

function aTest(name: string, parents: readonly string[], kind: string | null = 'not_null'): Json {
  return aModel(name, {
    unique_id: `test.shop.${name}`,
    resource_type: 'test',
    original_file_path: 'models/schema.yml',
    config: { severity: 'WARN', materialized: 'test' },
    depends_on: { nodes: parents, macros: [] },
    ...(kind === null ? {} : { test_metadata: { name: kind, kwargs: {} } }),
  });
}

function on(...parents: readonly string[]): Json {
  return { depends_on: { nodes: parents.map((name) => `model.shop.${name}`), macros: [] } };
}

/** raw → orders → revenue, customers → revenue; a test of orders, and one of orders and customers. */
function aShop(parts: Json = {}): Json {
  const source = {
    unique_id: 'source.shop.raw.orders',
    resource_type: 'source',
    name: 'orders',
    source_name: 'raw',
    package_name: 'shop',
    original_file_path: 'models/sources.yml',
    fqn: ['shop', 'raw', 'orders'],
    config: {},
  };
  return aManifest({
    nodes: byId(
      aModel('orders', {
        fqn: ['shop', 'staging', 'orders'],
        original_file_path: 'models/staging/orders.sql',
        tags: ['nightly'],
        depends_on: { nodes: ['source.shop.raw.orders'], macros: [] },
        ...parts,
      }),
      aModel('customers', {
        original_file_path: 'models/staging/customers.sql',
        fqn: ['shop', 'staging', 'customers'],
      }),
      aModel('revenue', { ...on('orders', 'customers'), config: { materialized: 'view', group: 'finance' } }),
      aTest('not_null_orders', ['model.shop.orders']),
      aTest('orders_have_customers', ['model.shop.orders', 'model.shop.customers'], null),
    ),
    sources: byId(source),
  });
}

const base = toProject(aShop());
const head = toProject(aShop({ raw_code: 'select 2' }));

function select(request: SelectionRequest, projects: readonly [DbtProject, DbtProject] = [base, head]): string {
  const found = createSelector(stateContext(...projects))(request);
  return found.ok ? found.value.map((id) => id.replace('.shop', '')).join(' ') : `! ${found.reason.text}`;
}

describe('what an expression selects', () => {
  it.each([
    ['state:modified', 'model.orders test.not_null_orders test.orders_have_customers'],
    ['revenue+ orders', 'model.orders model.revenue test.not_null_orders test.orders_have_customers'],
    ['1+revenue', 'model.customers model.orders model.revenue test.not_null_orders test.orders_have_customers'],
    ['tag:night*,state:modified', 'model.orders test.not_null_orders test.orders_have_customers'],
    ['staging.*,path:models/**/c*.sql', 'model.customers test.orders_have_customers'],
    ['config.materialized:view', 'model.revenue'],
    ['config.severity:warn,test_type:generic', 'test.not_null_orders'],
    ['test_type:singular', 'test.orders_have_customers'],
    // Each criterion brings its tests before the two are intersected.
    ['source:raw.orders+1,resource_type:model', 'model.orders test.not_null_orders test.orders_have_customers'],
    ['config.group:finance', 'model.revenue'],
    ['tag:nothing', ''],
    ['', ''],
  ])('%s', (expression, expected) => {
    expect(select({ select: expression })).toBe(expected);
  });

  it.each([
    ['eager', 'model.orders test.not_null_orders test.orders_have_customers'],
    ['cautious', 'model.orders test.not_null_orders'],
    ['buildable', 'model.orders test.not_null_orders'],
    ['empty', 'model.orders'],
  ] as const)('a changed model brings its tests along: %s', (indirectSelection, expected) => {
    expect(select({ select: 'state:modified', indirectSelection })).toBe(expected);
  });

  it('a test kept aside comes back when all it stands on is there', () => {
    const asked = select({ select: 'orders customers', indirectSelection: 'cautious' });
    expect(asked).toContain('test.orders_have_customers');
  });

  it('an exclusion takes tests along as well', () => {
    expect(select({ select: 'staging', exclude: 'customers' })).toBe('model.orders test.not_null_orders');
  });

  it('is the whole project when nothing is asked for', () => {
    expect(select({}).split(' ')).toHaveLength(6);
  });
});

describe('a pattern without a dot', () => {
  it.each([
    ['1.11.15', ''],
    ['1.11.16', 'model.customers test.orders_have_customers'],
    ['1.12.0', ''],
    ['1.12.5', ''],
    ['1.12.6', 'model.customers test.orders_have_customers'],
    ['1.13.0', 'model.customers test.orders_have_customers'],
    ['2.0.0', ''],
  ])('meets the last name alone from 1.11.16 and from 1.12.6 on: %s', (engineVersion, expected) => {
    const found = createSelector(stateContext(base, head, { engineVersion }))({ select: 'c?stomers' });
    expect(found.ok ? found.value.map((id) => id.replace('.shop', '')).join(' ') : found).toBe(expected);
  });
});

describe('a saved query', () => {
  const query = {
    unique_id: 'saved_query.shop.weekly',
    resource_type: 'saved_query',
    name: 'weekly',
    package_name: 'shop',
    original_file_path: 'models/staging/weekly.yml',
    fqn: ['shop', 'weekly'],
    config: {},
  };
  const asked = toProject({ ...aShop(), saved_queries: byId(query) });

  it.each([
    ['1.8.10', 'path:models/staging/weekly.yml', ''],
    ['1.9.0', 'path:models/staging/weekly.yml', 'saved_query.weekly'],
    ['1.8.10', 'resource_type:saved_query', ''],
    ['1.9.0', 'resource_type:saved_query', 'saved_query.weekly'],
    ['1.8.10', 'package:shop,weekly', ''],
    ['1.9.0', 'package:shop,weekly', 'saved_query.weekly'],
    ['1.8.10', 'saved_query:weekly', 'saved_query.weekly'],
    ['1.8.10', 'weekly', 'saved_query.weekly'],
  ])('is met by all methods from 1.9 on, before by its name: %s %s', (engineVersion, expression, expected) => {
    const found = createSelector(stateContext(asked, asked, { engineVersion }))({ select: expression });
    expect(found.ok ? found.value.map((id) => id.replace('.shop', '')).join(' ') : found).toBe(expected);
  });
});

describe('what an expression that dbt refuses says', () => {
  it.each([
    ['stat:modified', 'selection "stat:modified": there is no selection method "stat"'],
    ['orders colour:blue', 'selection "orders colour:blue", at "colour:blue" (column 8): there is no selection method'],
    ['@orders+', '"@" before and "+" after a criterion cannot stand together'],
    ['state:modifed', 'there is no state "modifed"'],
    ['resource_type:models', 'there is no resource type "models"'],
    ['version:newest', 'there is no kind of version "newest"'],
    ['source:a.b.c.d', 'a source has at most three parts'],
    ['result:error', 'there is no run_results.json of the base'],
    ['path:/models', '"/models" is no path within a project'],
    ['selector:mine', 'the method needs selectors.yml, which is not read here'],
  ])('%s', (expression, text) => {
    expect(select({ select: expression })).toContain(`! selection`);
    expect(select({ select: expression })).toContain(text);
    expect(select({ exclude: expression })).toContain(text);
  });

  it('names the nearest method, and where the number of a plus belongs', () => {
    const faultOf = (text: string): string | undefined => {
      const found = createSelector(stateContext(base, head))({ select: text });
      return found.ok ? undefined : found.reason.remedy;
    };
    expect(faultOf('stat:modified')).toBe('write state:… if that is what you mean');
    expect(faultOf('+2tag:nightly')).toBe('write 2+tag:…');
    expect(faultOf('state:modifed')).toContain('modified is the nearest');
  });

  it('names the versioned model at which dbt would stop', () => {
    const contracted = (columns: Json): DbtProject =>
      toProject(
        aShop({
          version: 1,
          contract: { enforced: true, checksum: JSON.stringify(columns) },
          columns,
        }),
      );
    const broken = [contracted({ id: { name: 'id' } }), contracted({})] as const;
    expect(select({ select: 'state:modified' }, broken)).toContain('the contract of model.shop.orders');
    expect(select({ select: 'state:old,resource_type:model' }, broken)).not.toContain('!');
  });
});

describe('laws of selection', () => {
  const fixture = readStateFixture('1.12');
  const whole = toProject(fixture.base);
  const operators = fc.constantFrom('', '+', '1+', '@');
  const criterion = fc
    .tuple(
      operators,
      fc.constantFrom(
        'state:modified',
        'state:old',
        'resource_type:model',
        'tag:*',
        'path:models/**',
        '*',
        'test_type:generic',
      ),
      fc.constantFrom('', '+', '+1'),
    )
    .map(([before, text, after]) => `${before}${text}${before === '@' ? '' : after}`);
  const expression = fc
    .array(fc.array(criterion, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 2 })
    .map((terms) => terms.map((parts) => parts.join(',')).join(' '));
  const mode = fc.constantFrom(...indirectSelections);
  const names = fc.constantFrom(...fixture.cases.keys());
  const headOf = (name: string): Json => fixture.cases.get(name)!.head;

  it('does not depend on the order of entries, keys, unions and intersections, nor on writing and reading again', () => {
    fc.assert(
      fc.property(names, expression, mode, (name, text, indirectSelection) => {
        const reversed = toProject(turned(headOf(name)) as Json);
        const asWritten = toProject(headOf(name));
        const turnedText = text
          .split(' ')
          .reverse()
          .map((term) => term.split(',').reverse().join(','))
          .join(' ');
        expect(select({ select: turnedText, indirectSelection }, [whole, reversed])).toBe(
          select({ select: text, indirectSelection }, [whole, asWritten]),
        );
      }),
      { numRuns: 25 },
    );
  });

  it('splits head into modified and unmodified, new and old', () => {
    fc.assert(
      fc.property(names, (name) => {
        const project = toProject(headOf(name));
        const ask = (text: string): readonly string[] =>
          select({ select: text, indirectSelection: 'empty' }, [whole, project])
            .split(' ')
            .filter((id) => id !== '');
        const all = ask('state:new state:old');
        expect([...ask('state:modified'), ...ask('state:unmodified')].sort()).toEqual([...all].sort());
        expect(ask('state:modified,state:unmodified')).toEqual([]);
        expect(ask('state:new,state:old')).toEqual([]);
      }),
      { numRuns: 10 },
    );
  });
});

/** The same JSON, keys of every object the other way round. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, turned(inner)]),
  );
}
