import { parseDocument } from 'yaml';
import type { JsonObject, Reason } from '#core/base';
import { isJsonObject, reason } from '#core/base';

const MAX_LENGTH = 2_000_000;
const MAX_ALIASES = 100;
const remedy = 'correct it on the base branch, or take it out of gates.pii.contracts in .github/weirkeeper.yml';

type ParsedContract =
  | { readonly ok: true; readonly value: { readonly path: string; readonly content: JsonObject } }
  | { readonly ok: false; readonly reason: Reason };

/** Reads a data contract that the policy names: YAML 1.2, one document with an object. Never throws for bad input. */
export function parseContract(text: string | null, path: string): ParsedContract {
  if (text === null) return refused(`${path}: named in gates.pii.contracts, and not there on the base branch`);
  if (text.length > MAX_LENGTH) return refused(`${path}: longer than ${MAX_LENGTH} characters`);
  try {
    const document = parseDocument(text, { version: '1.2', prettyErrors: true });
    const [fault] = document.errors;
    const [place] = fault?.linePos ?? [];
    if (fault !== undefined) return refused(`${path}:${place?.line ?? 1}:${place?.col ?? 1} not YAML: ${fault.code}`);
    const content: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return isJsonObject(content)
      ? { ok: true, value: { path, content } }
      : refused(`${path}:1:1 not a data contract: no object`);
  } catch {
    return refused(`${path}:1:1 not readable as YAML: nested too deep, or aliases that multiply`);
  }
}

function refused(text: string): ParsedContract {
  return { ok: false, reason: reason('contract-invalid', text, remedy) };
}
