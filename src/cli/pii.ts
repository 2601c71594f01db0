import type { Command } from 'commander';
import { Option } from 'commander';
import { RepositoryError } from '#core/base';
import { gates, piiInventory } from '#core/gates';
import { coverage } from '#core/lineage';
import { gateOptions, parsePolicy } from '#core/policy';
import { directoryArtifacts } from '#edges/artifacts';
import { createSqlReader } from '#edges/sql-engines';
import { noLineageCache, traceArtifacts } from '#review';
import { sentence } from './doubts.ts';
import { EXIT } from './exit.ts';
import { inventoryLines } from './inventory-lines.ts';
import { readText } from './read-text.ts';
import { requiredPath } from './required-path.ts';

interface PiiFlags {
  readonly manifest: string;
  readonly catalog?: string;
  readonly policy?: string;
  readonly format: 'text' | 'csv' | 'json';
}

/** `weirkeeper pii`: every column with personal data, where that is known from, who reads it, and how far labels cover. */
export function addPiiCommand(program: Command): void {
  program
    .command('pii')
    .description('list the columns that hold personal data, and who reads them')
    .requiredOption('--manifest <file>', 'manifest.json with compiled SQL (may be .gz)')
    .option('--catalog <file>', 'catalog.json, for columns of sources and types')
    .option('--policy <file>', 'weirkeeper.yml, for registered columns, words and sanitizers')
    .addOption(new Option('--format <format>', 'how to print').choices(['text', 'csv', 'json']).default('text'))
    .action(printInventory);
}

async function printInventory({ manifest, catalog, policy, format }: PiiFlags): Promise<void> {
  const path = requiredPath(manifest, '--manifest');
  const side = catalog === undefined ? { path } : { path, catalog: requiredPath(catalog, '--catalog') };
  const options = policy === undefined ? {} : optionsOf(policy);
  const sqlReader = createSqlReader();
  try {
    const traced = await traceArtifacts(directoryArtifacts({ base: side, head: side }), {
      sqlReader,
      lineageCache: noLineageCache,
    });
    for (const line of inventoryLines(piiInventory(traced, options), format)) process.stdout.write(`${line}\n`);
    for (const { uniqueId, reason } of coverage(traced.lineage, traced.project).unresolved) {
      console.error(`weirkeeper: ${uniqueId}: not followed: ${sentence(reason)}`);
    }
  } catch (error) {
    if (!(error instanceof RepositoryError)) throw error;
    console.error(`weirkeeper: ${error.message}`);
    process.exitCode = EXIT.unknown;
  } finally {
    await sqlReader.close();
  }
}

/** What the policy has for the gate `pii`. Throws RepositoryError that names file, line, column and remedy. */
function optionsOf(path: string): unknown {
  const parsed = parsePolicy(readText(path, '--policy'), path, gates);
  if (!parsed.ok) throw new RepositoryError(parsed.reason.code, sentence(parsed.reason));
  return gateOptions(parsed.value).get('pii');
}
