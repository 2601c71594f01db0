/** Spellings of one type; the first word of each list stands for all. Snowflake's whole numbers are all NUMBER. */
const families: readonly string[] = [
  'integer int int4 mediumint int32',
  'bigint int8 long int64 byteint',
  'smallint int2 short int16',
  'numeric decimal dec number bignumeric',
  'text varchar string char character nvarchar bpchar character_varying',
  'boolean bool bit',
  'double float float8 float64 double_precision real float4',
  'timestamp datetime timestamp_ntz timestamp_without_time_zone timestampntz',
  'timestamptz timestamp_tz timestamp_with_time_zone',
];

const familyOf: ReadonlyMap<string, string> = new Map(
  families.flatMap((line) => {
    const [name = '', ...others] = line.split(' ');
    return [name, ...others].map((word): [string, string] => [word, name]);
  }),
);
const wholeNumbers: ReadonlySet<string> = new Set(['integer', 'bigint', 'smallint']);

/**
 * Whether two spellings of a type may mean one type: `int` and `integer`, `numeric` and `decimal(10,2)`. A length or precision
 * counts only where both give one. Used where one side's type comes from SQL and the other's from a catalog.
 */
export function isSameType(a: string, b: string, adapter: string | null): boolean {
  const [first, second] = [partsOf(a, adapter), partsOf(b, adapter)];
  if (first.family !== second.family) return false;
  return first.arguments === '' || second.arguments === '' || first.arguments === second.arguments;
}

function partsOf(type: string, adapter: string | null): { readonly family: string; readonly arguments: string } {
  const [, name = type, given = ''] = /^([^(<]*)(.*)$/.exec(type.trim().toLowerCase()) ?? [];
  const word = name.trim().replace(/\s+/g, '_');
  const family = familyOf.get(word) ?? word;
  const snowflake = adapter === 'snowflake' && (wholeNumbers.has(family) || family === 'numeric');
  return snowflake ? { family: 'numeric', arguments: '' } : { family, arguments: given.replace(/\s+/g, '') };
}
