import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from '@jest/globals';
import { aFolder, demo, runCli } from '../support/run-cli.ts';

const folder = aFolder();
afterAll(() => {
  folder.remove();
});

interface Line {
  readonly unique_id: string;
  readonly column: string;
  readonly category: string;
  readonly label: string | null;
  readonly readers: readonly string[];
}

describe('weirkeeper pii', () => {
  const manifest = demo('base/manifest.json.gz');
  it('lists every column with personal data, and how far labels cover them', async () => {
    const told = await runCli('pii', '--manifest', manifest, '--format', 'json');
    expect(told.code).toBe(0);
    const { columns, coverage } = JSON.parse(told.out) as {
      columns: Line[];
      coverage: { layer: string; personal: number }[];
    };
    expect(columns.length).toBeGreaterThan(5);
    expect(columns.map(({ unique_id }) => unique_id)).toEqual(columns.map(({ unique_id }) => unique_id).sort());
    expect(columns.some(({ label, category }) => label !== null && category === 'contact.email')).toBe(true);
    expect(coverage.reduce((sum, { personal }) => sum + personal, 0)).toBe(
      new Set(columns.map(({ unique_id, column }) => `${unique_id}.${column}`)).size,
    );
  });

  it('prints a table for a spreadsheet', async () => {
    const told = await runCli('pii', '--manifest', manifest, '--format', 'csv');
    const [header, first] = told.out.split('\n');
    expect(header).toBe(
      'unique_id,column,category,sensitivity,level,label,known,origin,protection,readers,regulations',
    );
    expect(first?.split(',').length).toBeGreaterThanOrEqual(11);
  });

  it('prints one block a model as text', async () => {
    const told = await runCli('pii', '--manifest', manifest);
    expect(told.out).toContain('Columns with personal data that have a label of their own:');
    expect(told.out).toMatch(/member_id: person\.key \(1\); raw; no label, by its name; .*from members\.member_id/);
  });

  it('takes registered columns from a policy', async () => {
    const policy = folder.write(
      'weirkeeper.yml',
      'gates:\n  pii:\n    dictionary: false\n    columns:\n      - {column: "*.*", pii: false, reason: made up}\n',
    );
    const told = await runCli('pii', '--manifest', manifest, '--policy', policy);
    expect(told.out).toContain('No column holds personal data');
  });

  it('misses a data contract that the policy names and that is not there', async () => {
    const path = 'demo/contract-of-a-spec.yaml';
    const policy = folder.write('contracts.yml', `gates:\n  pii:\n    contracts: [${path}]\n`);
    const told = await runCli('pii', '--manifest', manifest, '--policy', policy);
    expect(told).toMatchObject({ code: 3, out: '' });
    expect(told.err).toContain(`${path}: named in gates.pii.contracts`);
  });

  it('tells which models were rendered from Jinja, because dbt compiled nothing of them', async () => {
    const parsed = JSON.parse(gunzipSync(readFileSync(manifest)).toString('utf8')) as {
      nodes: Record<string, Record<string, unknown>>;
    };
    for (const node of Object.values(parsed.nodes)) {
      node['compiled'] = false;
      node['compiled_code'] = null;
    }
    const told = await runCli(
      'pii',
      '--manifest',
      folder.write('parsed.json', JSON.stringify(parsed)),
      '--format',
      'csv',
    );
    expect(told.err).toMatch(/dbt compiled nothing of \d+ models: rendered from Jinja/);
    expect(told.out).toContain('contact.email');
  });

  it('says what is wrong with the policy, and where', async () => {
    const policy = folder.write('bad.yml', 'gates:\n  pii:\n    columns:\n      - {column: "email"}\n');
    const told = await runCli('pii', '--manifest', manifest, '--policy', policy);
    expect(told).toMatchObject({ code: 3, out: '' });
    expect(told.err).toMatch(/bad\.yml.*model\.column/s);
  });
});
