import { describe, expect, it } from '@jest/globals';
import type { ModifiedNode } from '#core/change';
import { findModified } from '#core/change';
import { aPullRequest } from '../../support/changes.ts';
import type { Json } from '../../support/manifests.ts';
import { aManifest, aModel, byId, readStateFixture, toProject } from '../../support/manifests.ts';

const of = (dbt_version: string, model: Json, more: Json = {}): Json =>
  aManifest({ metadata: { dbt_version }, nodes: byId(aModel('m', model)), ...more });

function only(base: Json, head: Json, ...files: readonly string[]): ModifiedNode | undefined {
  const pullRequest = files.length > 0 ? aPullRequest(...files) : null;
  const { modified, alsoModified } = findModified(toProject(base), toProject(head), { pullRequest });
  return [...modified, ...alsoModified][0];
}

const macro = (name: string, packageName: string, sql: string): Json => ({
  macros: {
    [`macro.${packageName}.${name}`]: {
      name,
      package_name: packageName,
      original_file_path: `macros/${name}.sql`,
      macro_sql: sql,
      depends_on: { macros: [] },
    },
  },
});
const using = (id: string): Json => ({ depends_on: { nodes: [], macros: [id] } });

describe('the label of a modified node', () => {
  it('is edited, or stale base where the changed files are known and none leads there', () => {
    const [base, head] = [of('1.12.0', {}), of('1.12.0', { raw_code: 'select 2' })];
    expect(only(base, head)?.label).toBe('edited');
    expect(only(base, head, 'dbt/models/m.sql')?.label).toBe('edited');
    expect(only(base, head, 'models/schema.yml')?.label).toBe('edited');
    expect(only(base, head, 'dbt_project.yml')?.label).toBe('edited');
    expect(only(base, head, 'README.md')?.label).toBe('stale base');
  });

  it('is macro where nothing but a macro of the project differs', () => {
    const uses = using('macro.shop.cents');
    const [base, head] = ['a', 'b'].map((sql) => of('1.12.0', uses, macro('cents', 'shop', sql)));
    expect(only(base!, head!)).toMatchObject({ label: 'macro', causes: [{ path: ['macro.shop.cents'] }] });
    expect(only(base!, head!, 'macros/cents.sql')?.label).toBe('macro');
    expect(only(base!, head!, 'README.md')?.label).toBe('stale base');
  });

  it('is engine noise where dbt brought another macro, whatever the pull request touches', () => {
    const uses = using('macro.dbt.is_incremental');
    const base = of('1.11.0', uses, macro('is_incremental', 'dbt', 'a'));
    const head = of('1.12.0', uses, macro('is_incremental', 'dbt', 'b'));
    expect(only(base, head, 'README.md')).toMatchObject({
      label: 'engine noise',
      causes: [{ foreign: { by: 'engine', because: 'dbt 1.11.0 against 1.12.0' } }],
    });
  });

  it('is never engine noise where the compiled SQL is another', () => {
    const uses = (sql: string): Json => ({ ...using('macro.dbt.is_incremental'), compiled_code: sql });
    const base = of('1.11.0', uses('select 1'), macro('is_incremental', 'dbt', 'a'));
    const head = of('1.12.0', uses('select 2'), macro('is_incremental', 'dbt', 'b'));
    expect(only(base, head)?.label).toBe('var or environment');
  });

  it('is engine noise where a newer dbt only writes keys that are empty, and edited where a person wrote one', () => {
    const source = (unrendered: Json): Json => ({
      unique_id: 'source.shop.raw.s',
      resource_type: 'source',
      unrendered_config: unrendered,
    });
    const written = { meta: {}, tags: [], loaded_at_field: null };
    expect(only(of('1.10.0', source({})), of('1.10.5', source(written)))?.label).toBe('engine noise');
    expect(only(of('1.10.5', source({})), of('1.10.5', source(written)))?.label).toBe('edited');
    expect(only(of('1.10.0', source({})), of('1.10.5', source({ meta: { a: 1 } })))?.label).toBe('edited');
  });

  it('is engine noise where dbt 1.12 rewrites the config of the base', () => {
    const model = {
      raw_code: "{{ config(unique_key=['a', 'b']) }} select 1",
      unrendered_config: { unique_key: ['a', 'b'] },
    };
    expect(only(of('1.11.0', model), of('1.12.0', model))?.label).toBe('engine noise');
  });

  it('is engine noise where a deprecation date was read in another time zone', () => {
    const dated = (date: string): Json => of('1.12.0', { deprecation_date: date });
    expect(only(dated('2027-01-01T00:00:00+00:00'), dated('2027-01-01T00:00:00+02:00'))?.label).toBe('engine noise');
    expect(only(dated('2027-01-01T00:00:00+00:00'), dated('2027-02-01T00:00:00+00:00'))?.label).toBe('edited');
  });

  it('is var or environment where the same expression rendered to something else', () => {
    const model = (materialized: string): Json =>
      of('1.11.0', {
        raw_code: "{{ config(materialized=env_var('KIND')) }} select 1",
        unrendered_config: { materialized },
      });
    expect(only(model('view'), model('table'), 'README.md')).toMatchObject({
      label: 'var or environment',
      causes: [{ kind: 'config', before: 'view', after: 'table', foreign: { because: "env_var('KIND')" } }],
    });
  });

  it('names the var, and says when the pull request edits it', () => {
    const model = (alias: string): Json =>
      of('1.11.0', { raw_code: "{{ config(alias='m_' ~ var('ward')) }} select 1", unrendered_config: { alias } });
    const [base, head] = [toProject(model('m_a')), toProject(model('m_b'))];
    const patch = '@@ -4,3 +4,3 @@\n vars:\n-  ward: a\n+  ward: b\n   other: 1';
    const because = (path: string, text: string | null): string | undefined => {
      const changedFiles = [{ path, previousPath: null, status: 'modified', patch: text } as const];
      const { modified } = findModified(base, head, { pullRequest: { ...aPullRequest(), changedFiles } });
      expect(modified[0]?.label).toBe('var or environment');
      return modified[0]?.causes[0]?.foreign?.because;
    };
    expect(because('dbt/dbt_project.yml', patch)).toBe("'m_' ~ var('ward'), edited in dbt_project.yml");
    expect(because('dbt_project.yml', patch.replaceAll('ward', 'street'))).toBe("'m_' ~ var('ward')");
    expect(because('README.md', patch)).toBe("'m_' ~ var('ward')");
    expect(because('dbt_project.yml', null)).toBe("'m_' ~ var('ward')");
  });

  it.each(['1.10', '1.12'])('and its causes: every modified node of any type has one, with dbt %s', (minor) => {
    const fixture = readStateFixture(minor);
    const base = toProject(fixture.base);
    for (const [name, { head }] of fixture.cases) {
      const { modified, alsoModified } = findModified(base, toProject(head));
      const silent = [...modified, ...alsoModified].filter(({ causes }) => causes.length === 0);
      expect([name, silent.map(({ uniqueId }) => uniqueId)]).toEqual([name, []]);
    }
  });
});
