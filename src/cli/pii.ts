import type { Command } from 'commander';
import { Option } from 'commander';
import { piiInventory } from '#core/gates';
import { coverage } from '#core/lineage';
import { gateOptions } from '#core/policy';
import { sentence } from './doubts.ts';
import { inventoryLines } from './inventory-lines.ts';
import { readPolicyFile } from './policy-file.ts';
import { givenSide, withTraced } from './with-traced.ts';

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

async function printInventory(flags: PiiFlags): Promise<void> {
  const side = givenSide(flags);
  const options = flags.policy === undefined ? {} : gateOptions(readPolicyFile(flags.policy).policy).get('pii');
  await withTraced(side, (traced) => {
    for (const line of inventoryLines(piiInventory(traced, options), flags.format)) process.stdout.write(`${line}\n`);
    for (const { uniqueId, reason } of coverage(traced.lineage, traced.project).unresolved) {
      console.error(`weirkeeper: ${uniqueId}: not followed: ${sentence(reason)}`);
    }
  });
}
