import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, describe, expect, it } from '@jest/globals';
import { demo, demoWarehouse, runCli } from '../support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'weirkeeper-faults-'));
afterAll(() => rmSync(folder, { recursive: true }));

const sides = ['--base', demo('base'), '--head', demo('pr-4')];

interface Told {
  readonly gates: readonly { readonly id: string; readonly outcome: string; readonly summary: string }[];
}

async function rowCountGate(...more: readonly string[]) {
  const told = await runCli('review', ...sides, ...more, '--format', 'json');
  const gate = (JSON.parse(told.out) as Told).gates.find(({ id }) => id === 'row-count');
  return { code: told.code, gate, all: told.out + told.err };
}

/** The demo's warehouse after these statements. */
async function warehouseAfter(...statements: readonly string[]): Promise<string> {
  const path = join(folder, 'changed.duckdb');
  copyFileSync(demoWarehouse, path);
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
  return path;
}

describe('a review whose warehouse has a fault', () => {
  it('is not green where the warehouse is down, says so, and shows no password', async () => {
    const { code, gate, all } = await rowCountGate(
      '--warehouse',
      'snowflake://ann:hunter2@x?endpoint=http://127.0.0.1:1',
    );
    expect(gate?.outcome).toBe('unknown');
    expect(all).toContain('the warehouse cannot be reached');
    expect(code).not.toBe(0);
    expect(all).not.toContain('hunter2');
  });

  it('counts the rest where base lacks a relation, and says which', async () => {
    const path = await warehouseAfter('drop table prod_metrics.met_kiln_utilisation_weekly');
    const { gate, all } = await rowCountGate('--warehouse', path);
    expect(gate?.outcome).toBe('failed');
    expect(all).toContain('`fct_shop_sales`: 800 → 593 rows');
    expect(all).toMatch(/row-count: the warehouse does not have the relation:[^;]*met_kiln_utilisation_weekly/);
  });
});
