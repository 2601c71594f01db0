import { describe, expect, it } from '@jest/globals';
import type { ModifiedNode } from '#core/change';
import { findModified } from '#core/change';
import type { Json } from '../../support/manifests.ts';
import { aManifest, aModel, aProject, byId, readStateFixture, toProject } from '../../support/manifests.ts';

const fixture = readStateFixture('1.12');
const ferry = toProject(fixture.base);

function causesIn(name: string): Readonly<Record<string, readonly string[]>> {
  const { modified } = findModified(ferry, toProject(fixture.cases.get(name)!.head));
  return Object.fromEntries(
    modified.map((node) => [
      node.uniqueId.replace(/^\w+\.ferry\./, ''),
      node.causes.map(({ kind, text }) => `${kind}: ${text}`),
    ]),
  );
}

describe('why a node counts as modified', () => {
  it.each<[string, Readonly<Record<string, readonly string[]>>]>([
    ['nothing', {}],
    ['only a comment', { stg_tickets: ['body: edited'] }],
    [
      'materialized of a folder',
      {
        stg_crossings: ['config: config materialized: view → table'],
        stg_tickets: ['config: config materialized: view → table'],
      },
    ],
    ['meta of one model', { rpt_pier_day: ['config: config meta: {"team":"harbour"} → {"pii":false}'] }],
    [
      'alias in the file',
      {
        stg_crossings: [
          'body: edited',
          "relation: relation alias: 'crossings_' ~ target.name → 'xings_' ~ target.name",
        ],
      },
    ],
    [
      'a macro used directly and through another',
      { rpt_pier_day: ['macro: macro rounded'], stg_tickets: ['macro: macro rounded through pence_to_pounds'] },
    ],
    ['contract column removed', { dim_piers: ['contract: contract: column pier_name removed'] }],
    ['contract column added', { dim_piers: ['contract: contract: column quay added'] }],
    [
      'contract constraint removed',
      { dim_piers: ['contract: contract: constraint not_null of column pier_id removed'] },
    ],
    ['persisted description', { fct_takings: ['persisted-description: persisted description of column takings'] }],
    ['moved to another folder', { dim_piers: ['fqn: moved: ferry.marts.dim_piers → ferry.marts.core.dim_piers'] }],
    [
      'latest version',
      { 'rpt_board.v1': ['version: latest_version: 1 → 2'], 'rpt_board.v2': ['version: latest_version: 1 → 2'] },
    ],
    ['access', { rpt_pier_day: ['config: config access: protected → public', 'version: access: protected → public'] }],
    ['seed content', { piers: ['checksum: seed file'] }],
    ['a new model', { rpt_new: ['new: new model'] }],
    ['severity of a test', {}],
    ['schema of a source', {}],
  ])('%s', (name, expected) => {
    expect(causesIn(name)).toEqual(expected);
  });

  it('tells every selector, and what is gone', () => {
    const after = findModified(ferry, toProject(fixture.cases.get('a new model')!.head));
    expect(after.modified[0]?.selectors).toContain('state:new');
    expect(after.modified[0]?.selectors).toContain('state:modified.body');
    expect(findModified(ferry, toProject(fixture.cases.get('a removed model')!.head)).removed).toEqual([
      'model.ferry.rpt_board.v2',
    ]);
  });

  it('shows foreign text on one line, cut, without control or direction characters', () => {
    const value = `a\n\u202eb\u0007${'c'.repeat(500)}`;
    const { modified } = findModified(
      aProject(aModel('m')),
      aProject(aModel('m', { unrendered_config: { note: value } })),
    );
    const text = modified[0]?.causes[0]?.text ?? '';
    expect(text.length).toBeLessThanOrEqual(160);
    expect(text).toMatch(/^config note: unset → a b c+…$/);
  });
});

describe('how the compiled SQL compares', () => {
  function compiled(
    before: Json,
    after: Json,
    others: readonly [readonly Json[], readonly Json[]] = [[], []],
  ): ModifiedNode['compiled'] | undefined {
    const base = toProject(aManifest({ nodes: byId(aModel('m', before), ...others[0]) }));
    const head = toProject(aManifest({ nodes: byId(aModel('m', { raw_code: 'other', ...after }), ...others[1]) }));
    return findModified(base, head).modified.find(({ uniqueId }) => uniqueId === 'model.shop.m')?.compiled;
  }

  it.each<[string, Json, Json, string]>([
    ['the same text', { compiled_code: 'select 1' }, { compiled_code: 'select 1' }, 'identical'],
    ['comments and space', { compiled_code: 'select 1 -- one' }, { compiled_code: 'select\n 1' }, 'formatting-only'],
    ['space in a string', { compiled_code: "select 'a b'" }, { compiled_code: "select 'a  b'" }, 'changed'],
    ['nothing compiled', {}, {}, 'unknown'],
    ['one side compiled', { compiled_code: 'select 1' }, {}, 'unknown'],
    [
      'Python, where space matters',
      { compiled_code: 'a\n b', language: 'python' },
      { compiled_code: 'a\nb', language: 'python' },
      'changed',
    ],
    [
      'a seed as it was',
      { resource_type: 'seed', checksum: { name: 'sha256', checksum: 'x' } },
      { resource_type: 'seed', checksum: { name: 'sha256', checksum: 'x' }, fqn: ['other'] },
      'identical',
    ],
    [
      'a seed changed',
      { resource_type: 'seed', checksum: { name: 'sha256', checksum: 'x' } },
      { resource_type: 'seed', checksum: { name: 'sha256', checksum: 'y' } },
      'changed',
    ],
  ])('%s: %s', (_, before, after, expected) => {
    expect(compiled(before, after)).toBe(expected);
  });

  it('formatting-only where the same relation is a parent on one side only', () => {
    const parent = aModel('p', { relation_name: '"d"."s"."p"' });
    const on = (sql: string, ...nodes: readonly string[]): Json => ({
      compiled_code: sql,
      depends_on: { nodes, macros: [] },
    });
    const base = on('select * from "d"."s"."p"', 'model.shop.p');
    expect(compiled(base, on('\n select * from "d"."s"."p"'), [[parent], [parent]])).toBe('formatting-only');
    expect(compiled(base, on('\n select * from "d"."s"."q"'), [[parent], [parent]])).toBe('changed');
  });

  it('does not mind that base and head were built in other schemas', () => {
    const on = { depends_on: { nodes: ['model.shop.up'], macros: [] } };
    const inSchema = (schema: string): Json => ({ ...on, compiled_code: `select * from "db"."${schema}"."up"` });
    const up = (schema: string): Json => aModel('up', { relation_name: `"db"."${schema}"."up"` });
    expect(compiled(inSchema('prod'), inSchema('pr_7'), [[up('prod')], [up('pr_7')]])).toBe('identical');
  });

  it('minds that another parent is read, and that a source is another table', () => {
    const on = { depends_on: { nodes: ['model.shop.up', 'model.shop.other'], macros: [] } };
    const parents = [
      aModel('up', { relation_name: '"db"."a"."x"' }),
      aModel('other', { relation_name: '"db"."b"."x"' }),
    ];
    const reading = (schema: string): Json => ({ ...on, compiled_code: `select * from "db"."${schema}"."x"` });
    expect(compiled(reading('a'), reading('b'), [parents, parents])).toBe('changed');
    const source = (identifier: string): Json =>
      aModel('s', {
        unique_id: 'source.shop.s',
        resource_type: 'source',
        identifier,
        relation_name: `"db"."raw"."${identifier}"`,
      });
    const from = (table: string): Json => ({
      depends_on: { nodes: ['source.shop.s'], macros: [] },
      compiled_code: `select * from "db"."raw"."${table}"`,
    });
    expect(compiled(from('t'), from('t2'), [[source('t')], [source('t2')]])).toBe('changed');
  });
});
