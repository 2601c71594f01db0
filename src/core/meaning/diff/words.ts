import type { Term } from '../plan/plan.ts';

const infix: ReadonlySet<string> = new Set('= <> < <= + - * / % || and or like ilike'.split(' '));

/** A term as a person would write it, at most about `most` characters: `orders.amount > 0`. */
export function wordsOf(term: Term, most = 120): string {
  const text = write(term, 0);
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

function write(term: Term, depth: number): string {
  const { kind, name, children, column } = term;
  if (depth > 8) return '…';
  const parts = children.map((child) => write(child, depth + 1));
  if (column !== null)
    return column.input === '' || /^[?{]/.test(column.input)
      ? column.name
      : `${column.input.replace(/^\^+/, '')}.${column.name}`;
  switch (kind) {
    case 'literal':
      return name;
    case 'operator':
      return operatorWords(term, parts);
    case 'cast':
      return `cast(${parts.join(', ')} as ${name})`;
    case 'case':
      return caseWords(parts);
    case 'in':
      return term.query === null ? `${parts[0]} in (${parts.slice(1).join(', ')})` : `${parts[0]} in (select …)`;
    case 'exists':
      return 'exists (select …)';
    case 'subquery':
      return '(select …)';
    case 'window':
      return `${parts[0]} over (${parts.slice(1).join(' ')})`;
    case 'clause':
      return `${name} ${parts.join(', ')}`;
    case 'function':
    case 'aggregate':
      return `${name}(${term.distinct ? 'distinct ' : ''}${parts.join(', ')})`;
    case 'column':
    case 'other':
      return parts.length === 0 ? name : `${name} ${parts.join(', ')}`;
  }
}

function operatorWords({ name, children }: Term, parts: readonly string[]): string {
  const [left = '', right] = parts;
  if (infix.has(name) && right !== undefined) {
    const wrapped = parts.map((part, at) => (isJunction(children[at]) ? `(${part})` : part));
    // `5 < x` reads better the other way round.
    if (children[0]?.kind === 'literal' && (name === '<' || name === '<='))
      return `${wrapped[1]} ${name === '<' ? '>' : '>='} ${wrapped[0]}`;
    return wrapped.join(` ${name} `);
  }
  if (name.startsWith('is ') && right === undefined) return `${left} ${name}`;
  if (name === 'desc' || name === 'asc') return `${left} ${name}`;
  if (name === 'not') return isJunction(children[0]) ? `not (${left})` : `not ${left}`;
  return parts.length === 2 ? `${left} ${name} ${right}` : `${name} ${parts.join(', ')}`;
}

function isJunction(term: Term | undefined): boolean {
  return term?.kind === 'operator' && (term.name === 'and' || term.name === 'or');
}

function caseWords(parts: readonly string[]): string {
  const whens: string[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) whens.push(`when ${parts[at]} then ${parts[at + 1]}`);
  const last = parts.length % 2 === 1 ? ` else ${parts.at(-1)}` : '';
  return `case ${whens.join(' ')}${last} end`;
}
