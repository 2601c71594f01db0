import type { Expression, Identifier, Projection, Span, Star } from '#core/sql';
import { dottedParts, list, notUnderstood, type Raw, record, spanOf } from './build.ts';
import { operand, toExpression } from './polyglot-expression.ts';
import { identifier, identifiers, span, type Translation, tagged } from './polyglot-node.ts';
import { fields, note } from './polyglot-rest.ts';

/** What one item of SELECT gives. */
export function toProjections(value: unknown, t: Translation): readonly Projection[] {
  const node = tagged(value);
  if (node === null) throw notUnderstood('a projection of unknown form');
  if (node.tag === 'star') return [toStar(node.body, t)];
  if (node.tag === 'braced_wildcard') {
    note('star', node.body, ofNothing, t);
    return [toStar({}, t)];
  }
  if (node.tag === 'alias') return aliased(node.body, t);
  const assigned = t.dialect === 'tsql' && node.tag === 'eq' ? tagged(node.body['left']) : null;
  if (assigned?.tag === 'column' && identifier(assigned.body['table']) === null) {
    return [column(operand(node.body['right'], t), identifier(assigned.body['name']), null)];
  }
  return [column(operand(value, t), null, null)];
}

/** `expression as name`, and `explode(…) as (key, value)`, which makes several columns of one expression. */
const ofAlias = fields('this alias column_aliases');

function aliased(body: Raw, t: Translation): readonly Projection[] {
  note('alias', body, ofAlias, t);
  const made = operand(body['this'], t);
  const names = identifiers(body['column_aliases']);
  if (names.length > 0) return names.map((name) => column(made, name, null));
  return [column(made, identifier(body['alias']), span(body['alias'], t))];
}

/** The span reaches from the expression's first identifier to the alias. */
function column(made: Expression, alias: Identifier | null, named: Span): Projection {
  return { kind: 'column', expression: made, alias, span: spanOf([made, { span: named }]) };
}

const ofNothing = fields('');
const ofStar = fields('table except replace rename');

function toStar(body: Raw, t: Translation): Star {
  note('star', body, ofStar, t);
  const qualifier = dottedParts(identifiers([body['table']]), t.dialect, false);
  const replace = list(body['replace']).flatMap((item) => {
    const alias = tagged(item)?.body ?? record(item);
    const name = identifier(alias?.['alias']);
    return alias === null || name === null ? [] : [{ name, expression: toExpression(alias['this'], t) }];
  });
  const rename = list(body['rename']).flatMap((pair) => {
    const [from, to] = identifiers(pair);
    return from === undefined || to === undefined ? [] : [{ from, to }];
  });
  return { kind: 'star', qualifier, except: identifiers(body['except']), replace, rename, span: span(body, t) };
}
