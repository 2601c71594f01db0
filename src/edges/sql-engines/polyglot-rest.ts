import type { Expression } from '#core/sql';
import { type Raw, record } from './build.ts';
import { identifier, type Tagged, type Translation, tagged } from './polyglot-node.ts';

/** Fields that hold positions, comments and ways to write one meaning; docs/decisions/0039 argues each. */
const spelling: ReadonlySet<string> = new Set([
  ...['span', 'inferred_type', 'trailing_comments', 'leading_comments', 'pre_alias_comments', 'left_comments'],
  ...['operator_comments', 'comments', 'post_select_comments'],
  ...['alias_explicit_as', 'alias_keyword', 'alias_first', 'double_colon_syntax', 'sql_standard_syntax', 'no_parens'],
  ...['position_explicit', 'explicit_asc', 'integer_spelling', 'comma_syntax', 'modifiers_inside', 'postfix_form'],
  ...['kind_text', 'start_side_text', 'end_side_text', 'use_inner_keyword', 'use_outer_keyword', 'parenthesized'],
  ...['value_column_parenthesized', 'qualify_after_window', 'materialized', 'separator_syntax'],
  ...['unit_after_size', 'use_sample_keyword', 'method_before_size', 'use_seed_keyword'],
  ...['is_using_sample', 'suppress_method_output'],
]);

/** What `value` holds beside tree nodes, as text: words, numbers, flags, and a `?` for each node. */
function textOf(value: unknown, node: (found: Tagged) => string): string {
  if (value === null || value === undefined || value === false || value === '') return '';
  if (typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return value.length === 0 ? '' : `[${value.map((item) => textOf(item, node)).join(' ')}]`;
  const found = tagged(value);
  if (found !== null) return node(found);
  return `{${fieldsOf(value as Raw, node)
    .map(([field, text]) => `${field}=${text}`)
    .join(' ')}}`;
}

/** The fields of `body` that say something, each with what it says. */
function fieldsOf(body: Raw, node: (found: Tagged) => string): readonly (readonly [string, string])[] {
  const fields: [string, string][] = [];
  for (const field in body) {
    if (spelling.has(field)) continue;
    const said = textOf(body[field], node);
    if (said !== '') fields.push([field, said]);
  }
  return fields;
}

function joined(fields: readonly (readonly [string, string])[]): string {
  return fields.map(([field, said]) => (said === 'true' ? field : `${field}=${said}`)).join(' ');
}

/** `one` and `other` modifiers together. */
function both(one: string | undefined, other: string): string {
  return one === undefined || one === '' ? other : other === '' ? one : `${one} ${other}`;
}

/** What has modifiers, with `more` of them. */
export function modified<Item extends { readonly modifiers?: string }>(item: Item, more: string): Item {
  return more === '' ? item : { ...item, modifiers: both(item.modifiers, more) };
}

const ofLists = /^\[\?(?: \?)*\]$/;

/**
 * What a node of no special form says beside its operands: which of its fields they fill, words, numbers and flags. Empty for
 * the plain forms: one operand, a left and a right one, a list.
 */
export function formOf(body: Raw, name: string): string {
  const fields = fieldsOf(body, ({ tag, body: inner }) =>
    tag === 'data_type' ? `{${joined(fieldsOf(inner, () => '?'))}}` : '?',
  );
  const single = fields.some(([field]) => field === 'this');
  return joined(
    fields.flatMap(([field, said]) => {
      if (said === '?' && (field === 'this' || field === 'left' || field === 'right')) return [];
      if (!single && (field === 'args' || field === 'expressions') && ofLists.test(said)) return [];
      if (field !== 'name' && field !== 'original_name') return [[field, said]];
      const written = said.toLowerCase();
      return written === `"${name}"` ? [] : [[field, written]];
    }),
  );
}

/** A type in full, where `typeText` does not say it in full; else nothing. */
export function typeForm(value: unknown): string {
  const type = record(value);
  if (type === null) return '';
  const plain = Object.keys(type).every((field) => plainTypeFields.has(field) || textOf(type[field], () => '?') === '');
  if (plain && typeof type['data_type'] === 'string') return '';
  const text = textOf(type, () => '?');
  return `to=${'fields' in type ? text : text.toLowerCase()}`;
}

const plainTypeFields: ReadonlySet<string> = new Set([
  ...['data_type', 'length', 'precision', 'scale', 'timezone', 'name', 'integer_spelling'],
]);

/**
 * What `body` says in fields that are not in `read`, as text. What holds names cannot be kept as text, for what they stand for
 * is not known then: the statement is marked as lossy.
 */
export function restOf(tag: string, body: Raw, read: ReadonlySet<string>, t: Translation): string {
  let left: [string, string][] | null = null;
  for (const field in body) {
    const value = body[field];
    if (value === null || value === false || value === '' || read.has(field) || spelling.has(field)) continue;
    const said = textOf(value, plainNode);
    if (said === '') continue;
    if (hasNames(value)) t.lossy.add(`${tag} ${field}`.replaceAll('_', ' '));
    else (left ??= []).push([field, said]);
  }
  return left === null ? '' : joined(left);
}

/** All that a raw value says, as text. */
export function rawText(value: unknown): string {
  return textOf(value, plainNode);
}

function plainNode({ tag, body }: Tagged): string {
  return `${tag}(${joined(fieldsOf(body, plainNode))})`;
}

const simple: ReadonlySet<string> = new Set([
  'literal',
  'boolean',
  'null',
  'neg',
  'interval',
  'var',
  'data_type',
  'query_option',
]);

/** Whether a name stands anywhere in `value`, or a node of which that is not known. */
function hasNames(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasNames);
  const body = record(value);
  if (body === null) return false;
  if (identifier(body) !== null) return true;
  const node = tagged(body);
  if (node !== null && !simple.has(node.tag)) return true;
  return Object.values(node?.body ?? body).some(hasNames);
}

/** The fields that the translation of an expression reads, by tag; of other tags it reads all. */
const reads: Readonly<Record<string, ReadonlySet<string>>> = Object.fromEntries(
  Object.entries({
    column: 'name table',
    dot: 'this field',
    identifier: 'name quoted',
    paren: 'this',
    annotated: 'this',
    literal: 'literal_type value',
    boolean: 'value',
    null: '',
    var: 'this',
    parameter: 'name',
    placeholder: '',
    star: 'table',
    alias: 'this alias',
    named_argument: 'name value separator',
    lambda: 'parameters body',
    cast: 'this to',
    try_cast: 'this to',
    safe_cast: 'this to',
    case: 'operand whens else_',
    if_func: 'condition true_value false_value original_name',
    in: 'this expressions query not unnest',
    between: 'this low high not',
    not: 'this',
    neg: 'this',
    is_null: 'this not',
    is_true: 'this not',
    is_false: 'this not',
    any: 'this subquery op',
    all: 'this subquery op',
    exists: 'this not',
    window_function: 'this over',
    within_group: 'this order_by',
    subscript: 'this index',
    method_call: 'this method args',
  }).map(([tag, fields]) => [tag, new Set(fields.split(' '))]),
);

const ofOperators: ReadonlySet<string> = new Set(['left', 'right', 'escape', 'not']);

/** `made` of `node`, with what its translation has not read. */
export function complete(made: Expression, { tag, body }: Tagged, t: Translation): Expression {
  const read = reads[tag];
  return read === undefined ? made : modified(made, restOf(tag, body, read, t));
}

/** The same for an infix operator. */
export function completeOperator(made: Expression, { tag, body }: Tagged, t: Translation): Expression {
  return modified(made, restOf(tag, body, ofOperators, t));
}

/** A set of the fields that are read of something. */
export function fields(names: string): ReadonlySet<string> {
  return new Set(names.split(' '));
}

/** Marks what `body` says in other fields than those that are read. */
export function note(tag: string, body: Raw, read: ReadonlySet<string>, t: Translation): void {
  const rest = restOf(tag, body, read, t);
  if (rest !== '') t.lossy.add(`${tag} ${rest}`);
}
