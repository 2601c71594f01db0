import type { Syntax } from './syntax.ts';

/** DuckDB's type for a type of any dialect; null where it is not known what values it holds. */
export function toDuckdbType(type: string | null): string | null {
  const written = (type ?? '').trim().toLowerCase();
  if (nested.test(written)) return /^[a-z]+(?:\[\])+$|^json$/.test(written) ? written.toUpperCase() : null;
  const number = exact.exec(written);
  if (number === null) return simple.find(([pattern]) => pattern.test(written))?.[1] ?? null;
  const [, precision, scale] = number;
  if (precision !== undefined && Number(scale ?? 0) === 0) return 'BIGINT';
  return `DECIMAL(18,${Math.min(9, Number(scale ?? 4))})`;
}

const nested = /\[\]$|^(?:array|struct|map|list|record|row|variant|object|super|json|jsonb)\b/;
const exact = /^(?:number|decimal|numeric|bignumeric|dec|money)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?/;

const simple: readonly (readonly [RegExp, string])[] = [
  [/^(?:u?(?:big|small|tiny|medium|huge)?int(?:eger)?\d*|byteint|long|short|serial\d*|bigserial)\b/, 'BIGINT'],
  [/^(?:float\d*|double|real)\b/, 'DOUBLE'],
  [/^(?:bool|boolean|bit)\b/, 'BOOLEAN'],
  [/^(?:timestamp|datetime|smalldatetime)/, 'TIMESTAMP'],
  [/^date\b/, 'DATE'],
  [/^time\b/, 'TIME'],
  [/^interval\b/, 'INTERVAL'],
  [
    /^(?:var|n|nvar|bp)?char|^character|^(?:long|tiny|medium|n)?text\b|^string\b|^uuid\b|^enum\b|^sysname\b|^uniqueidentifier\b/,
    'VARCHAR',
  ],
];

/** Types that are tried where nothing is known, the likeliest first. */
const anyType = ['INTEGER', 'VARCHAR', 'TIMESTAMP', 'DATE', 'BOOLEAN', 'DECIMAL(18,4)', 'VARCHAR[]'];

const byUse: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:date_trunc|date_part|datepart|date_diff|datediff|date_sub|datesub|strftime|epoch|hour|minute|second|last_day|dayname|monthname|timezone|time_bucket)$/,
    'TIMESTAMP',
  ],
  [/^cast:(?:DATE|TIMESTAMP.*)$/, 'TIMESTAMP'],
  [/^(?:year|month|day|week|quarter|dayofweek|isodow|dayofyear)$/, 'DATE'],
  [
    /^(?:lower|upper|trim|ltrim|rtrim|substr|substring|replace|split_part|regexp_.*|length|len|left|right|~~.*|!~~.*|like_escape|concat|\|\||contains|starts_with|string_agg|listagg|lpad|rpad|initcap|strptime)$/,
    'VARCHAR',
  ],
  [/^(?:avg|round|floor|ceil|ceiling|sqrt|ln|log|\/|stddev.*|var.*|median|quantile.*)$/, 'DECIMAL(18,4)'],
  [/^(?:sum|abs|\+|-|\*|%|mod|cast:(?:INTEGER|BIGINT|SMALLINT|DOUBLE|FLOAT|DECIMAL))$/, 'INTEGER'],
  [/^(?:bool_or|bool_and)$/, 'BOOLEAN'],
  [/^unnest$/, 'VARCHAR[]'],
];

const byName: readonly (readonly [RegExp, string])[] = [
  [/(?:_at|_ts|timestamp|_time|datetime)$/, 'TIMESTAMP'],
  [/(?:^|_)(?:date|day|on|dt)$|^date_/, 'DATE'],
  [/^(?:is|has|was|can)_/, 'BOOLEAN'],
  [/(?:amount|price|total|revenue|cost|rate|value|balance|tax|fee|discount|share|percent|pct)/, 'DECIMAL(18,2)'],
  [/(?:^|_)(?:id|key|sk|count|cnt|qty|quantity|number|num|no|rank|year|month|week|hour|rows?)$/, 'INTEGER'],
  [/(?:name|status|type|code|email|text|description|category|country|city|state|title|label|url|currency)$/, 'VARCHAR'],
];

/** The types that a column of unknown type may have, the likeliest first. */
export function likelyTypes(
  column: string,
  sides: readonly Syntax[],
  constants: readonly { readonly columns: readonly string[]; readonly type: string }[],
): readonly string[] {
  const alike = namesLinkedTo(column, sides);
  const uses = sides.flatMap((side) => side.uses.filter((use) => alike.has(use.column)).map(({ by }) => by));
  const compared = constants.filter(({ columns }) => columns.some((name) => alike.has(name))).map(({ type }) => type);
  const used = uses.flatMap((use) => byUse.filter(([pattern]) => pattern.test(use)).map(([, type]) => type));
  const called = byName.filter(([pattern]) => pattern.test(column)).map(([, type]) => type);
  // A number to which a fraction is compared has fractions; a date that is cut by a time is a time.
  return [...new Set([...compared, ...used, ...called, ...anyType])];
}

/** Names that stand for the same values as `column`, itself among them. */
export function namesLinkedTo(column: string, sides: readonly Syntax[]): ReadonlySet<string> {
  const linked = new Set([column]);
  const links = sides.flatMap((side) => side.links);
  for (let before = 0; before < linked.size; ) {
    before = linked.size;
    for (const [one, other] of links) {
      if (linked.has(one)) linked.add(other);
      else if (linked.has(other)) linked.add(one);
    }
  }
  return linked;
}
