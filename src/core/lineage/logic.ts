import type { UniqueId } from '#core/base';
import type { Expression } from '#core/sql';

/** How a base column is written in `logic`: the node's unique_id and the column's name in lower case, quoted where they must be. */
export function columnToken(uniqueId: UniqueId, column: string): string {
  return `${nodeToken(uniqueId)}.${quoted(column.toLowerCase())}`;
}

/** How a node is written in `logic`. */
export function nodeToken(uniqueId: UniqueId): string {
  return uniqueId.split('.').map(quoted).join('.');
}

function quoted(name: string): string {
  return /^[\w$]+$/.test(name) ? name : `"${name.replaceAll('"', '')}"`;
}

/** `logic` with the tokens of base columns and nodes put through `map`; literals are left alone. */
export function mapTokens(logic: string, map: (token: string) => string): string {
  const tokens = /'(?:[^']|'')*'|(?:"[^"]*"|[\w$]+)(?:\.(?:"[^"]*"|[\w$]+))+/g;
  return logic.replace(tokens, (token) => (token.startsWith("'") ? token : map(token)));
}

/** Whether parts of `logic` are only there as digests, so that the names in them cannot be read. */
export function isFolded(logic: string): boolean {
  return /#[0-9a-f]{32}/.test(logic);
}

const longest = 2_000;

/** `logic` as it is while it is short, else a digest of it: what is made of what is made of … must not grow without end. */
export function fold(logic: string): string {
  return logic.length <= longest ? logic : `#${digest(logic)}`;
}

/** 128 bits of a non-cryptographic hash (multiply and rotate, after Murmur3), as hexadecimal. */
function digest(text: string): string {
  const seeds = [0x9e3779b9, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f];
  return seeds.map((seed) => hash32(text, seed).toString(16).padStart(8, '0')).join('');
}

function hash32(text: string, seed: number): number {
  let hash = seed;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0xcc9e2d51);
    hash = (hash << 13) | (hash >>> 19);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** `expression` in one normal form of SQL, its operands given as `parts`, child by child. */
// eslint-disable-next-line complexity -- one case a kind
export function render(expression: Expression, parts: readonly string[]): string {
  const { kind, name } = expression;
  switch (kind) {
    case 'cast':
      return `cast(${parts.join(', ')} as ${name})`;
    case 'case':
      return renderCase(expression, parts);
    case 'operator':
      return renderOperator(name, parts);
    case 'between':
      return `(${parts[0] ?? ''} ${name} ${parts.slice(1).join(' and ')})`;
    case 'path':
      return name === '[]' ? `element(${parts.join(', ')})` : `field(${[...parts, `'${name}'`].join(', ')})`;
    case 'named':
      return `${parts.join(', ')} as ${name}`;
    case 'lambda':
      return `lambda(${parts.join(', ')})`;
    case 'clause':
      return parts.join(', ');
    case 'window':
      return `${parts[0] ?? ''} over (${clauses(expression.children, parts)})`;
    default:
      return renderCall(expression, parts);
  }
}

function renderOperator(name: string, parts: readonly string[]): string {
  const [first = '', ...rest] = parts;
  if (rest.length > 0) return `(${parts.join(` ${name} `)})`;
  if (name === 'desc' || name.startsWith('is ')) return `${first} ${name}`;
  return name === 'neg' ? `-${first}` : `${name} ${first}`;
}

function renderCase({ children }: Expression, parts: readonly string[]): string {
  const words = parts.map((part, at) => {
    const child = children[at];
    if (child?.kind !== 'clause') return `then ${part}`;
    return child.name === 'case' ? part : `${child.name} ${part}`;
  });
  return `case ${words.join(' ')} end`;
}

function clauses(children: readonly Expression[], parts: readonly string[]): string {
  return parts
    .flatMap((part, at) => (children[at]?.kind === 'clause' ? [`${children[at].name} ${part}`] : []))
    .join(' ');
}

function renderCall({ name, children, distinct }: Expression, parts: readonly string[]): string {
  const operands = parts.filter((_, at) => children[at]?.kind !== 'clause').join(', ');
  const after = children.flatMap((child, at) =>
    child.kind === 'clause' ? [`${child.name} (${parts[at] ?? ''})`] : [],
  );
  return [`${name}(${distinct ? 'distinct ' : ''}${operands})`, ...after].join(' ');
}
