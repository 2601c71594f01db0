import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { verifyAuditLog } from '#core/audit';
import { RepositoryError } from '#core/base';
import { EXIT } from './exit.ts';

/** `weirkeeper audit verify FILE`: checks a whole log and names the first broken record. */
export function addAuditCommand(program: Command): void {
  program
    .command('audit')
    .description('work with the audit log')
    .command('verify')
    .description('check the chain of an exported audit log, and name the first broken record')
    .argument('<file>', 'audit log as JSON Lines')
    .action(async (path: string) => {
      const result = verifyAuditLog(await readLines(path));
      if (result.ok) {
        console.log(`${path}: ${result.records} records, chain intact`);
        return;
      }
      console.error(`${path}:${result.line}: record ${result.seq ?? '?'} is broken: ${result.reason}`);
      process.exitCode = EXIT.failed;
    });
}

async function readLines(path: string): Promise<readonly string[]> {
  const lines: string[] = [];
  try {
    for await (const line of createInterface({
      input: createReadStream(path, 'utf8'),
      crlfDelay: Number.POSITIVE_INFINITY,
    }))
      lines.push(line);
  } catch {
    throw new RepositoryError('no-such-file', `${path}: cannot be read; give the file of an exported audit log`);
  }
  return lines;
}
