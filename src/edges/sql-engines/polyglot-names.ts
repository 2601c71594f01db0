/** Names of @polyglot-sql/sdk's tree nodes in terms of SQL. */

/** Operators with `left` and `right`. */
export const binaryOperators: Readonly<Record<string, string>> = {
  and: 'and',
  or: 'or',
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  mod: '%',
  int_div: '//',
  eq: '=',
  neq: '<>',
  lt: '<',
  lte: '<=',
  gt: '>',
  gte: '>=',
  like: 'like',
  i_like: 'ilike',
  similar_to: 'similar to',
  glob: 'glob',
  match: 'match',
  is: 'is',
  concat: '||',
  d_pipe: '||',
  bitwise_and: '&',
  bitwise_or: '|',
  bitwise_xor: '^',
  bitwise_left_shift: '<<',
  bitwise_right_shift: '>>',
  null_safe_eq: 'is not distinct from',
  null_safe_neq: 'is distinct from',
  array_contains_all: '@>',
  array_contained_by: '<@',
  array_overlaps: '&&',
};

/** Operators whose chains are flattened, so that a long chain is not a deep tree. */
export const chains: ReadonlySet<string> = new Set(['and', 'or', 'add', 'mul', 'concat', 'd_pipe']);

/** Functions that the engine gives a node of its own, by SQL's name; others lose their underscores in `functionName`. */
const functionNames: Readonly<Record<string, string>> = {
  l_trim: 'ltrim',
  r_trim: 'rtrim',
  null_if: 'nullif',
  if_null: 'ifnull',
  char_func: 'char',
  mod_func: 'mod',
  trunc_func: 'trunc',
  array_func: 'array',
  struct_func: 'struct',
  map_func: 'map',
  string_func: 'string',
  n_tile: 'ntile',
  list_agg: 'listagg',
  count_if: 'countif',
  str_position: 'position',
  s_h_a: 'sha1',
  s_h_a1_digest: 'sha1',
  s_h_a2: 'sha2',
  s_h_a2_digest: 'sha2',
  m_d5_digest: 'md5',
  m_d5_number_lower64: 'md5_number_lower64',
  m_d5_number_upper64: 'md5_number_upper64',
  int64: 'int64',
  float64: 'float64',
};

/** The SQL name of a function node, in lower case: `j_s_o_n_extract` is `json_extract`. */
export function functionName(tag: string): string {
  const known = functionNames[tag];
  if (known !== undefined) return known;
  return tag.replace(/(?<![a-z0-9])(?:[a-z]_)+[a-z](?![a-z0-9])/g, (letters) => letters.replaceAll('_', ''));
}

/** Kinds of JOIN. */
export const joinKinds: Readonly<
  Record<string, 'inner' | 'left' | 'right' | 'full' | 'cross' | 'semi' | 'anti' | 'asof'>
> = {
  Inner: 'inner',
  Straight: 'inner',
  Natural: 'inner',
  Left: 'left',
  NaturalLeft: 'left',
  LeftLateral: 'left',
  OuterApply: 'left',
  LeftArray: 'left',
  Right: 'right',
  NaturalRight: 'right',
  Full: 'full',
  Outer: 'full',
  NaturalFull: 'full',
  Cross: 'cross',
  CrossApply: 'cross',
  Implicit: 'cross',
  Lateral: 'cross',
  Array: 'cross',
  Positional: 'cross',
  Semi: 'semi',
  LeftSemi: 'semi',
  Anti: 'anti',
  LeftAnti: 'anti',
  AsOf: 'asof',
  AsOfLeft: 'asof',
};

/** Fields that hold positions, comments or spelling, and say nothing of what an expression does. */
export const presentation: ReadonlySet<string> = new Set([
  'span',
  'trailing_comments',
  'leading_comments',
  'pre_alias_comments',
  'left_comments',
  'operator_comments',
  'comments',
  'alias_explicit_as',
  'alias_keyword',
  'inferred_type',
  'original_name',
  'double_colon_syntax',
  'arrow_syntax',
  'hash_arrow_syntax',
  'sql_standard_syntax',
  'position_explicit',
  'bracket_notation',
  'use_bracket_syntax',
  'no_parens',
  'explicit_asc',
  'kind_text',
  'join_mark',
  'quoted',
  'variant_extract',
  'comma_syntax',
  'colon',
]);
