// Artifacts of `dbt parse`: the demo's manifests with everything that dbt compiled taken out.
import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from '@jest/globals';
import { aFolder, demo, runCli } from '../support/run-cli.ts';

const folder = aFolder();
afterAll(() => {
  folder.remove();
});

interface Manifest {
  readonly nodes: Record<string, Record<string, unknown>>;
}

/** The demo's manifest of a side as `dbt parse` would have written it, changed further where a spec wants it. */
function parsed(side: string, change: (manifest: Manifest) => void = () => undefined): string {
  const manifest = JSON.parse(gunzipSync(readFileSync(`${demo(side)}/manifest.json.gz`)).toString('utf8')) as Manifest;
  for (const node of Object.values(manifest.nodes)) {
    delete node['compiled_code'];
    delete node['compiled_path'];
    if (node['compiled'] === true) node['compiled'] = false;
  }
  change(manifest);
  return folder.write(`${side}.json.gz`, gzipSync(JSON.stringify(manifest)));
}

async function review(
  head: string,
  headManifest = parsed(head),
): Promise<{
  readonly gates: readonly {
    id: string;
    outcome: string;
    reason: string | null;
    findings: readonly { message_id: string; basis: string; column: string | null }[];
  }[];
  readonly lineage: { readonly columns: number; readonly resolved: number };
  readonly comment: string;
}> {
  const sides = ['--base', parsed('base'), '--base-catalog', `${demo('base')}/catalog.json.gz`];
  const told = await runCli(
    'review',
    ...sides,
    '--head',
    headManifest,
    '--head-catalog',
    `${demo(head)}/catalog.json.gz`,
    '--format',
    'json',
  );
  return JSON.parse(told.out) as never;
}

describe('a manifest of dbt parse', () => {
  it('has the lineage that it has when dbt compiles it', async () => {
    const catalog = ['--catalog', `${demo('base')}/catalog.json.gz`];
    const rendered = await runCli('lineage', '--manifest', parsed('base'), ...catalog);
    const compiled = await runCli('lineage', '--manifest', `${demo('base')}/manifest.json.gz`, ...catalog);
    expect(rendered.out).toBe(compiled.out);
    expect(rendered.err).toBe(
      'weirkeeper: dbt compiled nothing of 29 models: rendered from Jinja (is_incremental() read as false)\n',
    );
  });

  it('is reviewed: the same columns are found to change, and the gate says what it read', async () => {
    const { gates, comment } = await review('pr-4');
    const gate = gates.find(({ id }) => id === 'column-lineage');
    expect(gate?.findings.map(({ message_id, column }) => `${message_id} ${column ?? ''}`).sort()).toEqual([
      're-sourced capacity_units',
      're-sourced utilisation',
      'removed-exposed shelf_units',
      'retyped peak_celsius',
      'retyped peak_celsius',
    ]);
    expect(comment).toContain(
      'resolved all 69 columns of the 8 models reached; 8 models rendered from Jinja, not compiled by dbt (`is_incremental()` read as false)',
    );
  });

  it('with a macro that asks the warehouse: its columns are not analysed, and nothing about them blocks', async () => {
    const masked = parsed('pr-4', ({ nodes }) => {
      const node = nodes['model.cinderhouse.dim_kilns'];
      if (node !== undefined) node['raw_code'] = `${String(node['raw_code'])}\n{{ run_query('select 1') }}`;
      const fct = nodes['model.cinderhouse.fct_firings'];
      if (fct !== undefined)
        fct['raw_code'] = "select {{ run_query('select 1') }}, f.firing_id from {{ ref('stg_kiln_log__firings') }} f";
    });
    const { gates, lineage } = await review('pr-4', masked);
    const gate = gates.find(({ id }) => id === 'column-lineage');
    expect(lineage.resolved).toBeLessThan(lineage.columns);
    expect(gate?.outcome).toBe('unknown');
    expect(gate?.findings.filter(({ message_id }) => /breaks|dangling|unknown-column/.test(message_id))).toEqual([]);
  });
});
