import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { verifyAuditLog } from '#core/audit';
import { plural, RepositoryError } from '#core/base';
import { EXIT } from './exit.ts';

const NEWLINE = 0x0a;

/** `weirkeeper audit verify FILE`: checks a whole log and names the first broken record. */
export function addAuditCommand(program: Command): void {
  program
    .command('audit')
    .description('work with the audit log')
    .command('verify')
    .description('check the chain of an exported audit log, and name the first broken record')
    .argument('<file>', 'audit log as JSON Lines')
    .action((path: string) => {
      const result = verifyLines(splitLines(readBytes(path)));
      if (result.ok) {
        console.log(`${path}: ${plural(result.records, 'record')}, chain intact`);
        return;
      }
      console.error(`${path}:${result.line}: record ${result.seq ?? '?'} is broken: ${result.reason}`);
      process.exitCode = EXIT.failed;
    });
}

/** Bytes that are no text are never replaced: what is digested is what stands in the file. */
function verifyLines(lines: readonly Buffer[]): ReturnType<typeof verifyAuditLog> {
  const broken = lines.findIndex((line) => !isUtf8(line));
  const readable = broken === -1 ? lines : lines.slice(0, broken);
  const result = verifyAuditLog(readable.map((line) => line.toString('utf8')));
  if (!result.ok || broken === -1) return result;
  return { ok: false, line: broken + 1, seq: null, reason: 'the line is not UTF-8 text' };
}

/** Only a newline ends a line: JSON holds U+2028, which others take for an end too. */
function splitLines(bytes: Buffer): readonly Buffer[] {
  const lines: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return [...lines, bytes.subarray(start)];
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    throw new RepositoryError('no-such-file', `${path}: cannot be read; give the file of an exported audit log`);
  }
}
