import type { Command } from 'commander';
import { Option } from 'commander';
import { RepositoryError } from '#core/base';
import type { DataContract } from '#core/change';
import { contractPaths, piiInventory } from '#core/gates';
import { coverage } from '#core/lineage';
import { gateOptions, parseContract } from '#core/policy';
import { inventoryLines } from './inventory-lines.ts';
import { readPolicyFile } from './policy-file.ts';
import { readIfThere } from './read-text.ts';
import { sentence } from './sentence.ts';
import { tellRendered } from './tell-rendered.ts';
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
  const contracts = contractPaths(options).map(readContract);
  await withTraced(side, (traced) => {
    tellRendered(traced.project);
    const inventory = piiInventory({ ...traced, contracts }, options);
    for (const line of inventoryLines(inventory, flags.format)) process.stdout.write(`${line}\n`);
    for (const { uniqueId, reason } of coverage(traced.lineage, traced.project).unresolved) {
      console.error(`weirkeeper: ${uniqueId}: not followed: ${sentence(reason)}`);
    }
  });
}

/** A data contract that the policy names, below the current folder. Throws RepositoryError that names file and remedy. */
function readContract(path: string): DataContract {
  const parsed = parseContract(readIfThere(path), path);
  if (!parsed.ok) throw new RepositoryError(parsed.reason.code, sentence(parsed.reason));
  return parsed.value;
}
