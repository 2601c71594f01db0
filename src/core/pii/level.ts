import type { ColumnSource } from '#core/lineage';
import type { CategoryId } from './category.ts';
import { categoryOf } from './category.ts';

/** How much of a datum is left, least first. */
export const levels = [
  'clear',
  'aggregated',
  'generalised',
  'pseudonym-strong',
  'pseudonym-weak',
  'partial',
  'raw',
] as const;
export type Level = (typeof levels)[number];

const ranks = Object.fromEntries(levels.map((level, at) => [level, at])) as Readonly<Record<Level, number>>;

/** Whether `a` leaves more of the datum than `b`. */
export function isAbove(a: Level, b: Level): boolean {
  return ranks[a] > ranks[b];
}

/** A function that a repository declares to protect data. */
export interface Sanitizer {
  /** Name as it stands in compiled SQL, with or without its schema, in any case. */
  readonly function: string;
  readonly yields: Level;
  /** Categories that it protects; empty is all. */
  readonly categories: readonly string[];
}

/** One step of a datum into the next column. */
export interface Step {
  readonly source: ColumnSource;
  readonly category: CategoryId;
  /** The normalised expression that makes the column; '' when unknown. */
  readonly logic: string;
  /** Whether the rows are grouped by something that tells persons apart. */
  readonly perPerson: boolean;
  readonly sanitizers: readonly Sanitizer[];
}

const hashes =
  /^(md5|md5_.*|sha\d*|sha\d+_.*|sha_?\d+|farm_fingerprint|fingerprint|hash|hash_.*|xxhash\d*|xxhash|murmur.*|siphash.*|city_?hash.*|crc32|generate_surrogate_key|surrogate_key|checksum|hashbytes|digest|standard_hash)$/;
const keyed =
  /^(hmac.*|aead\..*|encrypt.*|pgp_(sym|pub)_encrypt.*|aes_encrypt|deterministic_encrypt|tokenize.*|tokenise.*)$/;
const partials =
  /^(left|right|substr|substring|substring_index|split_part|split|regexp_substr|regexp_extract|regexp_extract_all|overlay|strleft|strright|mid)$/;
const counts =
  /^(count|count_distinct|countif|count_if|approx_count_distinct|approx_distinct|hll.*|uniq.*|regr_count|bool_or|bool_and|logical_or|logical_and|every)$/;
const sums =
  /^(sum|avg|mean|stddev.*|var_.*|variance|median|percentile.*|approx_percentile|approx_quantiles|quantile.*|corr|covar.*|sum_if|sumif|avg_if|geomean|kurtosis|skewness)$/;
const measures =
  /^(length|len|char_length|character_length|octet_length|strlen|is null|is not null|isnull_flag|row_number|rank|dense_rank|ntile|percent_rank|cume_dist|exists|regexp_like|regexp_contains|regexp_matches|starts_with|startswith|ends_with|endswith|contains|contains_substr|charindex|position|strpos|instr|rlike)$/;
const bands =
  /^(date_trunc|timestamp_trunc|datetime_trunc|trunc|year|date_part|extract|age|datediff|date_diff|timestampdiff|months_between|floor|width_bucket)$/;

/** Categories of which even "there is one" or one person's figure is the datum. */
function isTheFigure(category: CategoryId): boolean {
  return ['special', 'health', 'criminal', 'hr.fin', 'demo', 'edu', 'loc.fine'].includes(category);
}

/**
 * How much of a datum at `level` is left after one step. Renames, casts, trims, `coalesce`, `concat`, `min`, `max`,
 * unions, CASE branches and anything unknown keep it: only what is known to protect lowers the level.
 */
export function levelAfter(level: Level, step: Step): Level {
  const { transformation, functions } = step.source;
  if (transformation === 'constant' || isOnlyUsed(step)) return 'clear';
  let left = level;
  for (const name of functions) left = lower(left, levelOf(name.toLowerCase(), step));
  return left;
}

/** Marks of the lineage for a value that steers and does not go in. */
const steering = new Set(['partition by', 'order by', 'within group', 'filter']);
const tests = new Set(
  'case when|=|==|<>|!=|<|>|<=|>=|<=>|like|ilike|rlike|not like|not ilike|similar to|regexp|~|~*|!~|!~*|is|is not|is null|is not null|is true|is false|is distinct from|is not distinct from|isnull|notnull|in|not in|between|not between|and|or|not|xor|exists'.split(
    '|',
  ),
);

/** Whether the value is only tested, ordered or grouped by. A test of a special category still tells it. */
function isOnlyUsed({ source: { functions }, category }: Step): boolean {
  if (functions.some((name) => steering.has(name))) return true;
  return !(isTheFigure(category) && isGrave(category)) && functions.some((name) => tests.has(name));
}

function levelOf(name: string, step: Step): Level {
  const { category, logic, sanitizers } = step;
  const declared = sanitizers.find((one) => isSameFunction(one.function, name) && covers(one.categories, category));
  if (declared !== undefined) return declared.yields;
  if (bands.test(name) && isBand(category, name, logic)) return 'generalised';
  if (name === 'round' && category === 'loc.fine' && /\bround\(.*?,\s*[01]\)/i.test(logic)) return 'generalised';
  return rules.find(({ functions }) => functions.test(name))?.yields(step) ?? 'raw';
}

/** What known functions leave of a datum; what is not listed leaves all of it. */
const rules: readonly { readonly functions: RegExp; readonly yields: (step: Step) => Level }[] = [
  { functions: keyed, yields: () => 'pseudonym-strong' },
  { functions: hashes, yields: () => 'pseudonym-weak' },
  { functions: partials, yields: ({ category, logic }) => (isCoarsePart(category, logic) ? 'generalised' : 'partial') },
  { functions: counts, yields: figureLevel },
  { functions: sums, yields: figureLevel },
  { functions: measures, yields: ({ category }) => (isTheFigure(category) && isGrave(category) ? 'raw' : 'clear') },
];

function figureLevel({ perPerson, category }: Step): Level {
  return perPerson && isTheFigure(category) ? 'raw' : 'aggregated';
}

function isGrave(category: CategoryId): boolean {
  return categoryOf(category).sensitivity === 4;
}

/** The first three digits of a postal code, the domain of an e-mail address. */
function isCoarsePart(category: CategoryId, logic: string): boolean {
  if (category === 'loc.postal') return /\b(left|substr(ing)?)\(.*?,\s*(1,\s*)?[1-3]\)/i.test(logic);
  return category === 'contact.email' && /\bsplit_part\(.*?,\s*'@',\s*(2|-1)\)/i.test(logic);
}

/** A year of birth or an age; a month of birth still tells too much. */
function isBand(category: CategoryId, name: string, logic: string): boolean {
  if (category === 'loc.fine') return name === 'floor' || name === 'trunc';
  if (category === 'hr.fin' || category === 'demo') return name === 'floor' || name === 'width_bucket';
  if (category !== 'person.dob') return false;
  if (['year', 'age', 'datediff', 'date_diff', 'timestampdiff', 'months_between'].includes(name)) return true;
  return /\byears?\b/i.test(logic) && !/\b(month|week|day)s?\b/i.test(logic);
}

function isSameFunction(declared: string, name: string): boolean {
  const wanted = declared.toLowerCase();
  return wanted === name || wanted.endsWith(`.${name}`) || name.endsWith(`.${wanted}`);
}

function covers(categories: readonly string[], category: CategoryId): boolean {
  return (
    categories.length === 0 ||
    categories.some((one) => one === category || (one.endsWith('.*') && category.startsWith(one.slice(0, -1))))
  );
}

function lower(a: Level, b: Level): Level {
  return isAbove(a, b) ? b : a;
}
