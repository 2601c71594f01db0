import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
/** All that decides what a statement is read as, and what lineage makes of it. */
const folders = ['src/core/base', 'src/core/sql', 'src/core/lineage', 'src/edges/sql-engines'];

/** Changes with the program that reads and traces SQL, and with the engines, whose versions package.json pins. */
export function readerVersion(): string {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package.json')));
  for (const folder of folders) {
    for (const name of readdirSync(join(root, folder)).sort()) hash.update(readFileSync(join(root, folder, name)));
  }
  return hash.digest('hex').slice(0, 16);
}
