import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseManifest } from '#core/dbt';
import { gates } from '#core/gates';
import { changeOf, judge } from '../../support/changes.ts';
import type { Json } from '../../support/manifests.ts';
import { aManifest, aModel, aProject, byId, readStateFixture, toProject } from '../../support/manifests.ts';

function refusal(text: string): readonly [string, string, string] {
  const parsed = parseManifest(text, 'target/manifest.json');
  if (parsed.ok) throw new TypeError('it was accepted');
  return [parsed.reason.code, parsed.reason.text, parsed.reason.remedy ?? ''];
}

const good = JSON.stringify(aManifest({ nodes: byId(aModel('orders')) }), null, 1);
const ofVersion = (url: unknown): string => JSON.stringify(aManifest({ metadata: { dbt_schema_version: url } }));

describe('texts that are not a manifest are refused by file, place and remedy', () => {
  it.each([
    ['nothing', '', 'artifact-empty', 'target/manifest.json is empty'],
    ['white space', ' \n ', 'artifact-empty', 'target/manifest.json is empty'],
    ['cut in a text', good.slice(0, 320), 'artifact-truncated', 'ends in the middle, at line 12, column 28'],
    ['cut after a comma', '{"metadata": {},', 'artifact-truncated', 'ends in the middle, at line 1, column 17'],
    ['cut in a word', '{"a": tr', 'artifact-truncated', 'ends in the middle, at line 1, column 7'],
    ['cut in a number', '{"a": -1.', 'artifact-truncated', 'ends in the middle, at line 1, column 7'],
    ['HTML', '<!DOCTYPE html>', 'artifact-not-json', 'unexpected "<!DOCTYPE ht" at line 1, column 1'],
    ['YAML', 'nodes:\n  a: 1', 'artifact-not-json', 'unexpected "nodes:\\n  a: " at line 1, column 1'],
    ['a comma too many', '{"a": 1,\n "b": [1,]}', 'artifact-not-json', 'at line 2, column 10'],
    [
      'a raw line break in a text',
      '{"metadata": {"b": "b\nc"}}',
      'artifact-not-json',
      'is not JSON: unexpected "\\nc\\"}}" at line 1, column 22',
    ],
    ['something after the end', '{} {}', 'artifact-not-json', 'at line 1, column 4'],
    ['a list', '[]', 'artifact-not-an-object', 'holds JSON, but not an object'],
    ['null', 'null', 'artifact-not-an-object', 'holds JSON, but not an object'],
    ['no metadata', '{"nodes": {}}', 'not-a-manifest', 'metadata.dbt_schema_version is missing'],
    ['metadata null', '{"metadata": null}', 'not-a-manifest', 'metadata.dbt_schema_version is missing'],
    ['a catalog', ofVersion('https://schemas.getdbt.com/dbt/catalog/v1.json'), 'not-a-manifest', 'is a dbt catalog'],
    ['another address', ofVersion('https://example.com'), 'not-a-manifest', 'says "https://example.com"'],
    ['a version as number', ofVersion(12), 'not-a-manifest', 'is missing'],
    [
      'v3',
      ofVersion('https://schemas.getdbt.com/dbt/manifest/v3.json'),
      'manifest-version-unknown',
      'of version v3; v4 to v12 are supported',
    ],
    [
      'v20',
      ofVersion('https://schemas.getdbt.com/dbt/manifest/v20.json'),
      'manifest-version-unknown',
      'v20, an early beta of dbt Fusion; v4 to v12',
    ],
    [
      'v13',
      ofVersion('https://schemas.getdbt.com/dbt/manifest/v13.json'),
      'manifest-version-unknown',
      'v13; v4 to v12 are supported',
    ],
    ['no nodes', JSON.stringify({ metadata: aManifest()['metadata'] }), 'manifest-malformed', 'nodes is missing'],
    ['nested without end', '['.repeat(100_000), 'artifact-too-deep', 'nests deeper than 1000 levels'],
  ])('%s', (_, text, code, words) => {
    const [foundCode, foundText, remedy] = refusal(text);
    expect(foundCode).toBe(code);
    expect(foundText).toContain(words);
    expect(foundText).toContain('target/manifest.json');
    expect(remedy).not.toBe('');
  });
});

describe('a value of the wrong type is named by its path', () => {
  const withModel = (parts: Json): string => JSON.stringify(aManifest({ nodes: byId(aModel('a.b"c', parts)) }));
  it.each([
    ['nodes as a list', JSON.stringify(aManifest({ nodes: [] })), 'nodes should be an object but is a list'],
    [
      'a node as text',
      JSON.stringify(aManifest({ nodes: { 'model.shop.x': 'y' } })),
      'nodes["model.shop.x"] should be an object but is text',
    ],
    ['a node null', JSON.stringify(aManifest({ nodes: { x: null } })), 'nodes.x should be an object but is null'],
    [
      'code as a number',
      withModel({ raw_code: 3 }),
      'nodes["model.shop.a.b\\"c"].raw_code should be text but is a number',
    ],
    ['columns as a list', withModel({ columns: [1] }), '.columns should be an object but is a list'],
    ['a column as text', withModel({ columns: { id: 'int' } }), '.columns.id should be an object but is text'],
    [
      'parents as numbers',
      withModel({ depends_on: { nodes: [1], macros: [] } }),
      '.depends_on.nodes should be a list of texts but is a number',
    ],
    [
      'config as true',
      withModel({ config: true, alias: 5 }),
      '.config should be an object but is true or false (and 1 more such fault)',
    ],
    [
      'disabled of text',
      JSON.stringify(aManifest({ disabled: { x: 'y' } })),
      'disabled.x should be a list but is text',
    ],
    ['a macro as list', JSON.stringify(aManifest({ macros: { m: [] } })), 'macros.m should be an object but is a list'],
  ])('%s', (_, text, words) => {
    const [code, found] = refusal(text);
    expect(code).toBe('manifest-malformed');
    expect(found).toContain(words);
  });
});

describe('what dbt writes and JSON or the schema would not expect', () => {
  it('reads NaN and Infinity, and keeps these words in texts', () => {
    const text = JSON.stringify(
      aManifest({ nodes: byId(aModel('m', { description: 'NaN or Infinity "NaN" \\', meta: { a: 1, b: 2, c: 3 } })) }),
    )
      .replace('"a":1', '"a":NaN')
      .replace('"b":2', '"b":-Infinity')
      .replace('"c":3', '"c":Infinity');
    const parsed = parseManifest(text, 'manifest.json');
    const node = parsed.ok ? [...parsed.value.nodes.values()][0] : undefined;
    expect(node?.meta).toEqual({ a: null, b: Number.NEGATIVE_INFINITY, c: Number.POSITIVE_INFINITY });
    expect(node?.description).toBe('NaN or Infinity "NaN" \\');
  });

  it('takes null and missing for empty', () => {
    const bare = {
      resource_type: 'model',
      config: null,
      columns: null,
      depends_on: null,
      tags: null,
      patch_path: null,
      fqn: null,
    };
    const project = toProject(
      aManifest({ disabled: null, exposures: null, groups: null, nodes: { 'model.shop.m': bare } }),
    );
    expect(project.nodes.get('model.shop.m' as never)).toMatchObject({
      name: 'm',
      packageName: 'shop',
      rawCode: '',
      compiledCode: null,
      access: 'protected',
    });
  });

  it('keeps hostile keys as data', () => {
    const text = `{"metadata": ${JSON.stringify(aManifest()['metadata'])}, "nodes": {"__proto__": {"resource_type": "model", "unrendered_config": {"__proto__": {"x": 1}}, "columns": {"constructor": {"name": "constructor"}, "__proto__": {}}}}, "macros": {"__proto__": {"macro_sql": "x"}}}`;
    const parsed = parseManifest(text, 'manifest.json');
    expect(parsed.ok && [...parsed.value.nodes.keys()]).toEqual(['__proto__']);
    expect(parsed.ok && [...(parsed.value.nodes.get('__proto__' as never)?.columns.keys() ?? [])]).toEqual([
      'constructor',
      '__proto__',
    ]);
    expect(({} as Json)['x']).toBeUndefined();
  });

  it('leaves out entries of unknown types', () => {
    expect(aProject(aModel('m', { resource_type: 'hologram' })).nodes.size).toBe(0);
  });

  it('reads paths that Windows wrote', () => {
    const [node] = aProject(
      aModel('m', { original_file_path: 'models\\marts\\m.sql', patch_path: 'shop://models\\m.yml' }),
    ).nodes.values();
    expect([node?.originalFilePath, node?.patchPath]).toEqual(['models/marts/m.sql', 'models/m.yml']);
  });

  it('reads a v4 manifest as dbt upgrades it', () => {
    const old = aModel('m', {
      raw_sql: 'select 2',
      compiled_sql: 'select 2',
      compiled: true,
      refs: [['a'], ['p', 'b']],
      root_path: '/x',
    });
    delete old['raw_code'];
    const [node] = toProject(
      aManifest({
        metadata: { dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v4.json' },
        nodes: byId(old),
      }),
    ).nodes.values();
    expect(node).toMatchObject({ rawCode: 'select 2', compiledCode: 'select 2', language: 'sql' });
    expect(node?.entry).toMatchObject({
      refs: [
        { name: 'a', package: null, version: null },
        { name: 'b', package: 'p', version: null },
      ],
    });
    expect(node?.entry).not.toHaveProperty('root_path');
  });

  it('finds the node of a generic test whose manifest does not name it', () => {
    const test = aModel('rel', {
      resource_type: 'test',
      unique_id: 'test.shop.rel',
      test_metadata: {
        name: 'relationships',
        kwargs: { column_name: 'id', model: "{{ get_where_subquery(ref('orders')) }}" },
      },
      depends_on: { nodes: ['model.shop.orders', 'model.shop.people'], macros: [] },
    });
    expect(aProject(test).nodes.get('test.shop.rel' as never)?.test).toEqual({
      name: 'relationships',
      attachedNode: 'model.shop.orders',
      columnName: 'id',
      kwargs: test['test_metadata'].kwargs,
    });
  });
});

describe('mutations of a real manifest', () => {
  const base = withFewMacros(readStateFixture('1.12').base);
  const baseProject = toProject(base);
  const junk = fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1.5,
    '',
    'x',
    [],
    [null],
    {},
    { __proto__: null },
    { a: { b: [{}] } },
    'unique_id',
    '\u0000\u202e',
  );

  it('never make it crash: a reason, or a project that every comparison takes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(1_000_000), junk), { minLength: 1, maxLength: 3 }), (mutations) => {
        const mutated = structuredClone(base);
        for (const [seed, value] of mutations) mutate(mutated, seed, value);
        accept(JSON.stringify(mutated));
      }),
      { numRuns: 400 },
    );
  });

  it('nor do changes of its text', () => {
    const text = JSON.stringify(base);
    fc.assert(
      fc.property(
        fc.nat(text.length - 1),
        fc.constantFrom('', '"', '{', '}', ',', 'NaN', '\\', '\u0000'),
        fc.boolean(),
        (at, put, cut) => {
          accept(text.slice(0, at) + put + (cut ? '' : text.slice(at + 1)));
        },
      ),
      { numRuns: 150 },
    );
  });

  function accept(text: string): void {
    const parsed = parseManifest(text, 'manifest.json');
    if (!parsed.ok) {
      expect(parsed.reason.text).toContain('manifest.json');
      return;
    }
    for (const change of [changeOf(baseProject, parsed.value), changeOf(parsed.value, baseProject)]) {
      expect(change.modified.every((node) => node.causes.length > 0)).toBe(true);
      for (const gate of gates) expect(['passed', 'failed', 'unknown']).toContain(judge(gate, change).outcome);
    }
  }
});

/** Sets one value of a tree, chosen by `seed`, or removes it. */
function mutate(tree: Json, seed: number, value: unknown): void {
  let at = tree;
  for (let rest = seed, depth = 0; depth < 8; depth++) {
    const keys = Object.keys(at);
    if (keys.length === 0) return;
    const key = keys[rest % keys.length]!;
    rest = Math.floor(rest / 3) + 7;
    const inner = at[key] as unknown;
    if (typeof inner === 'object' && inner !== null && (depth < 2 || (seed >> depth) % 4 !== 0)) at = inner;
    else if (seed % 5 === 0) {
      Reflect.deleteProperty(at, key);
      return;
    } else {
      at[key] = value;
      return;
    }
  }
}

function withFewMacros(manifest: Json): Json {
  const macros = Object.entries(manifest['macros'] as Json).filter(
    ([id]) => id.startsWith('macro.ferry.') || id.endsWith('is_incremental'),
  );
  return { ...manifest, macros: Object.fromEntries(macros), docs: {}, parent_map: {}, child_map: {} };
}
