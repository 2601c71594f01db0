import { RepositoryError } from '#core/base';
import { gates } from '#core/gates';
import { type Policy, parsePolicy } from '#core/policy';
import { readText } from './read-text.ts';
import { sentence } from './sentence.ts';

/** What `--policy FILE` says, as text and checked under its own name. Throws RepositoryError that names file, line, column and remedy. */
export function readPolicyFile(path: string): { readonly text: string; readonly policy: Policy } {
  const text = readText(path, '--policy');
  const parsed = parsePolicy(text, path, gates);
  if (!parsed.ok) throw new RepositoryError(parsed.reason.code, sentence(parsed.reason));
  return { text, policy: parsed.value };
}
