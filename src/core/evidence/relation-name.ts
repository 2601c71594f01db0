import type { Identifier } from '#core/sql';

const longestName = 1_000;
const longestIdentifier = 255;
const part = /"((?:[^"\0]|"")+)"|`([^`\0]+)`|\[([^\]\0]+)\]|([A-Za-z_][A-Za-z0-9_$]*)/y;

/**
 * The one to three identifiers of a relation as dbt renders it: `"db"."schema"."name"`, with back quotes, brackets, or
 * bare. Null for anything else: what cannot be taken apart is never sent.
 */
export function parseRelation(text: string): readonly Identifier[] | null {
  if (text.length > longestName) return null;
  const identifiers: Identifier[] = [];
  for (let at = 0; ; at += 1) {
    part.lastIndex = at;
    const match = part.exec(text);
    if (match === null) return null;
    identifiers.push(toIdentifier(match));
    at = part.lastIndex;
    if (at === text.length) break;
    if (text.charAt(at) !== '.') return null;
  }
  const fits = identifiers.length <= 3 && identifiers.every(({ name }) => name.length <= longestIdentifier);
  return fits ? identifiers : null;
}

function toIdentifier([, double, back, bracket, bare]: RegExpExecArray): Identifier {
  const name = double?.replace(/""/g, '"') ?? back ?? bracket ?? bare ?? '';
  return { name, quoted: bare === undefined };
}
