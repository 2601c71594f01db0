import { RepositoryError } from '#core/base';
import { gates } from '#core/gates';
import { parsePolicy } from '#core/policy';
import { sentence } from './doubts.ts';
import { readText } from './read-text.ts';

/** Text of `--policy FILE`, checked under its own name. Throws RepositoryError that names file, line, column and remedy. */
export function readPolicyFile(path: string): string {
  const text = readText(path, '--policy');
  const parsed = parsePolicy(text, path, gates);
  if (!parsed.ok) throw new RepositoryError(parsed.reason.code, sentence(parsed.reason));
  return text;
}
