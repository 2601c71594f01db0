/**
 * Whether the value of `column` reaches the result of the expression `logic`, or is only tested, compared, or used to
 * order and partition. Null when the expression does not name the column, so that nothing can be said.
 */
export function carriesValue(logic: string, column: string): boolean | null {
  if (logic.length > 20_000) return null;
  const tokens = tokenize(logic);
  const wanted = column.toLowerCase();
  if (!tokens.some((token) => isColumn(token, wanted))) return null;
  return carries(tokens, wanted, 0);
}

const comparisons = new Set([
  '=',
  '<>',
  '!=',
  '<',
  '>',
  '<=',
  '>=',
  '==',
  '~',
  '!~',
  '~*',
  'like',
  'ilike',
  'rlike',
  'similar',
  'in',
  'is',
  'between',
  'and',
  'or',
  'not',
  'regexp',
]);
const maxDepth = 60;

function tokenize(logic: string): readonly string[] {
  return (
    logic.match(
      /'(?:[^']|'')*'|(?:"[^"]*"|`[^`]*`|[\w$]+)(?:\s*\.\s*(?:"[^"]*"|`[^`]*`|[\w$]+))*|->>|->|=>|#>>|#>|@>|<@|<>|!=|<=|>=|==|!~|~\*|::|\|\||[^\s\w]/g,
    ) ?? []
  );
}

function isColumn(token: string, wanted: string): boolean {
  if (token.startsWith("'")) return false;
  const last = token.split('.').at(-1) ?? '';
  return (
    last
      .trim()
      .replace(/^["`]|["`]$/g, '')
      .toLowerCase() === wanted
  );
}

/** Whether the value of the tokens holds the column: a comparison yields a truth value and holds nothing. */
function carries(tokens: readonly string[], wanted: string, depth: number): boolean {
  if (depth > maxDepth) return true;
  const items = group(tokens);
  if (items.some((item) => typeof item === 'string' && comparisons.has(item.toLowerCase()))) return false;
  return items.some((item, i) => {
    if (typeof item === 'string') return isColumn(item, wanted);
    const before = items[i - 1];
    const name = typeof before === 'string' ? before.toLowerCase() : '';
    if (name === 'over' || name === 'filter') return false;
    return item.kind === 'case'
      ? caseCarries(item.tokens, wanted, depth)
      : parenthesesCarry(item.tokens, wanted, depth);
  });
}

interface Group {
  readonly kind: 'case' | 'parentheses';
  readonly tokens: readonly string[];
}

/** Tokens at the top, with what stands in parentheses or between CASE and END folded into one item each. */
function group(tokens: readonly string[]): readonly (string | Group)[] {
  const items: (string | Group)[] = [];
  for (let i = 0; i < tokens.length; i += 1) {
    const token = (tokens[i] ?? '').toLowerCase();
    if (token !== '(' && token !== 'case') {
      items.push(tokens[i] ?? '');
      continue;
    }
    const end = closing(tokens, i);
    items.push({ kind: token === 'case' ? 'case' : 'parentheses', tokens: tokens.slice(i + 1, end) });
    i = end;
  }
  return items;
}

function closing(tokens: readonly string[], start: number): number {
  let depth = 0;
  for (let i = start; i < tokens.length; i += 1) {
    const token = (tokens[i] ?? '').toLowerCase();
    if (token === '(' || token === 'case') depth += 1;
    if (token === ')' || token === 'end') depth -= 1;
    if (depth === 0) return i;
  }
  return tokens.length;
}

/** A subquery is taken to carry what it names; an argument list carries what any argument does. */
function parenthesesCarry(tokens: readonly string[], wanted: string, depth: number): boolean {
  if (tokens[0]?.toLowerCase() === 'select') return tokens.some((token) => isColumn(token, wanted));
  return splitAtTop(tokens, new Set([','])).some((argument) => carries(argument.tokens, wanted, depth + 1));
}

/** Only what follows THEN and ELSE is a value of a CASE. */
function caseCarries(tokens: readonly string[], wanted: string, depth: number): boolean {
  return splitAtTop(tokens, new Set(['when', 'then', 'else']))
    .filter(({ after }) => after === 'then' || after === 'else')
    .some((part) => carries(part.tokens, wanted, depth + 1));
}

function splitAtTop(
  tokens: readonly string[],
  at: ReadonlySet<string>,
): readonly { readonly after: string; readonly tokens: readonly string[] }[] {
  const parts: { after: string; tokens: string[] }[] = [{ after: '', tokens: [] }];
  let depth = 0;
  for (const token of tokens) {
    const word = token.toLowerCase();
    if (depth === 0 && at.has(word)) {
      parts.push({ after: word, tokens: [] });
      continue;
    }
    if (word === '(' || word === 'case') depth += 1;
    if (word === ')' || word === 'end') depth -= 1;
    parts.at(-1)?.tokens.push(token);
  }
  return parts;
}
