import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DbtProject, Parsed, ReadManifest } from '#core/dbt';
import { readManifest, selectState } from '#core/dbt';
import { changeOf } from '../../support/changes.ts';
import type { Json } from '../../support/manifests.ts';
import { aManifest, aModel, byId, readStateFixture, toProject, valueOf } from '../../support/manifests.ts';

const fixture = readStateFixture('1.12');
/** JSON as dbt writes it. */
const asDbt = (value: unknown): string =>
  JSON.stringify(value, null, 1).replace(/([,{[])?\n */g, (_, before = '') => (before === ',' ? ', ' : before));
const forms: readonly (readonly [string, (value: unknown) => string])[] = [
  ['as dbt writes it', asDbt],
  ['without blanks', (value) => JSON.stringify(value)],
  ['indented', (value) => JSON.stringify(value, null, 2)],
];
const options = { numRuns: 60 };

function entriesOf(project: DbtProject): Json {
  return Object.fromEntries([...project.nodes].map(([id, { entry }]) => [id, entry]));
}

function read(source: string | Uint8Array, known?: ReadManifest): ReadManifest {
  return valueOf(readManifest(source, 'manifest.json', known === undefined ? {} : { known }));
}

describe.each(forms)('a manifest %s', (_, write) => {
  it('has every entry that JSON.parse finds, and its macros', () => {
    const { project } = read(Buffer.from(write(fixture.base)));
    const expected = { ...fixture.base['nodes'], ...fixture.base['sources'], ...fixture.base['exposures'] };
    expect(entriesOf(project)).toMatchObject(expected);
    expect([...project.macros.keys()]).toEqual(Object.keys(fixture.base['macros'] as Json));
  });

  it('is not misled by texts, keys and objects that look like divides between entries', () => {
    const decoys = fc.constantFrom(
      '}, "model.shop.x": {',
      '"}, "model.shop.y": {"a": "',
      '\\',
      '"created_at": 1.5',
      '}}',
      'é😀',
      '{[',
    );
    const nested = fc.dictionary(
      fc.constantFrom('model.shop.m1', 'a.b', '"', 'created_at'),
      fc.constantFrom<unknown>({ x: 1 }, {}, [{}], 2.5, 'z'),
    );
    const model = fc.record({
      raw_code: fc.array(decoys).map((texts) => texts.join('')),
      meta: nested,
      created_at: fc.constantFrom<unknown>(1.5, 2, 'x'),
    });
    fc.assert(
      fc.property(fc.array(model, { maxLength: 6 }), (models) => {
        const manifest = aManifest({ nodes: byId(...models.map((parts, at) => aModel(`m${String(at)}`, parts))) });
        expect(entriesOf(read(write(manifest)).project)).toEqual(manifest['nodes']);
      }),
      options,
    );
  });

  it('is read alike beside another: the same selection, causes and project but for the time of parsing', () => {
    const base = read(write(fixture.base));
    for (const { head } of [...fixture.cases.values()].slice(0, 12)) {
      const [alone, beside] = [read(write(head)).project, read(write(head), base).project];
      expect(withoutTimes(beside)).toEqual(withoutTimes(alone));
      expect(selectState(base.project, beside)).toEqual(selectState(base.project, alone));
    }
  });
});

it('takes entries with the same bytes, but for created_at, from the manifest beside it', () => {
  const write = (time: number, code = 'select 1') =>
    asDbt(
      aManifest({ nodes: byId(aModel('a', { created_at: time, raw_code: code }), aModel('b', { created_at: time })) }),
    );
  const base = read(write(1.25));
  const head = read(write(22.5, 'select 2'), base);
  const [a, b] = ['model.shop.a', 'model.shop.b'].map((id) =>
    [base, head].map(({ project }) => project.nodes.get(id as never)),
  );
  expect(a?.[0]).not.toBe(a?.[1]);
  expect(a?.[1]?.rawCode).toBe('select 2');
  expect(b?.[0]).toBe(b?.[1]);
});

it('upgrades what an older dbt wrote, whatever stands beside it', () => {
  const write = (version: number) => {
    const metadata = { dbt_schema_version: `https://schemas.getdbt.com/dbt/manifest/v${String(version)}.json` };
    return asDbt({ ...aManifest({ nodes: byId(aModel('a', { root_path: '/x' })) }), metadata });
  };
  const base = read(write(12));
  expect(withoutTimes(read(write(7), base).project)).toEqual(withoutTimes(read(write(7)).project));
});

describe('beside another, a change of one place', () => {
  const base = aManifest({
    nodes: byId(
      aModel('a', { created_at: 1.5, meta: { created_at: 1.5 } }),
      aModel('b', { created_at: 1.5 }),
      aModel('c'),
    ),
  });
  const text = asDbt(base);
  it('is never overlooked', () => {
    const known = read(text);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom('1', '.', '"', '{', '}', ',', 'x', ' ', ''), (at, put) => {
        const changed = text.slice(0, at) + put + text.slice(at + 1);
        const alone = readManifest(changed, 'manifest.json');
        const beside = readManifest(changed, 'manifest.json', { known });
        expect(outcomeOf(beside)).toEqual(outcomeOf(alone));
      }),
      { numRuns: 500 },
    );
  });
});

function outcomeOf(parsed: Parsed<ReadManifest>): unknown {
  return parsed.ok ? withoutTimes(parsed.value.project) : parsed.reason;
}

function withoutTimes(project: DbtProject): unknown {
  const nodes = [...project.nodes].map(([id, node]) => {
    return [id, { ...node, entry: { ...node.entry, created_at: null } }];
  });
  return { ...project, nodes };
}

describe('memory', () => {
  const many = (count: number) =>
    aManifest({ nodes: byId(...Array.from({ length: count }, (_, at) => aModel(`m${String(at)}`))) });
  const limit = { bytes: 200_000 };

  it('is refused beyond its limit, with what to do', () => {
    expect(readManifest(asDbt(many(50)), 'head.json', { limit }).ok).toBe(true);
    const refused = readManifest(asDbt(many(2_000)), 'head.json', { limit });
    expect(refused.ok ? null : refused.reason).toEqual({
      code: 'artifact-needs-too-much-memory',
      text: 'head.json needs more than the 1 MB of memory that one artifact may take',
      remedy: expect.stringContaining('WEIRKEEPER_REVIEW_MEMORY_MB') as unknown,
    });
  });

  it('is not taken by sections that nobody reads', () => {
    const padded = { ...many(50), docs: many(2_000)['nodes'] as Json, parent_map: many(2_000)['nodes'] as Json };
    expect(readManifest(asDbt(padded), 'head.json', { limit }).ok).toBe(true);
  });

  it('counts objects, of which few bytes make much', () => {
    const bomb = asDbt(
      aManifest({ nodes: byId(aModel('m', { meta: { x: Array.from({ length: 4_000 }, () => ({})) } })) }),
    );
    expect(bomb.length).toBeLessThan(20_000);
    expect(readManifest(bomb, 'head.json', { limit }).ok).toBe(false);
  });
});

it('knows each side beside the other as well as alone, in a change', () => {
  const { head } = [...fixture.cases.values()][5] ?? { head: fixture.base };
  const base = read(asDbt(fixture.base));
  const beside = read(asDbt(head), base).project;
  expect(changeOf(base.project, beside)).toEqual(changeOf(toProject(fixture.base), toProject(head)));
});
