import type { JsonValue } from '#core/base';

const mostColumns = 12;

/**
 * A name, several after each other with commas, or a list of names, in lower case; null for anything else, an expression among them.
 */
export function namesIn(value: JsonValue | undefined): readonly string[] | null {
  const list =
    typeof value === 'string' ? value.split(',').map((one) => one.trim()) : Array.isArray(value) ? value : [];
  const plain = list.flatMap((one) => (typeof one === 'string' ? bare(one.trim()) : []));
  return plain.length > 0 && plain.length === list.length && plain.length <= mostColumns ? plain : null;
}

function bare(text: string): readonly string[] {
  const name = /^(?:"([^"]+)"|`([^`]+)`|([A-Za-z_]\w*))$/.exec(text);
  const found = name?.[1] ?? name?.[2] ?? name?.[3];
  return found === undefined ? [] : [found.toLowerCase()];
}
