import type { Dialect } from '#core/sql';

/** Types of one meaning under several names, in every dialect that has them. */
const everywhere: Readonly<Record<string, string>> = {
  integer: 'int',
  bool: 'boolean',
  'character varying': 'varchar',
  dec: 'decimal',
};

const inDialect: Readonly<Partial<Record<Dialect, Readonly<Record<string, string>>>>> = {
  snowflake: {
    string: 'varchar',
    text: 'varchar',
    numeric: 'decimal',
    number: 'decimal',
    float: 'double',
    float8: 'double',
  },
  bigquery: {
    int: 'int64',
    integer: 'int64',
    bigint: 'int64',
    smallint: 'int64',
    boolean: 'bool',
    decimal: 'numeric',
    varchar: 'string',
    text: 'string',
    float: 'float64',
    double: 'float64',
  },
  duckdb: { text: 'varchar', string: 'varchar', numeric: 'decimal', float8: 'double', int8: 'bigint', int4: 'int' },
  postgres: { numeric: 'decimal', int8: 'bigint', int4: 'int', float8: 'double', 'double precision': 'double' },
  redshift: { numeric: 'decimal', int8: 'bigint', int4: 'int', float8: 'double', 'double precision': 'double' },
};

/** A type in lower case, under one name. */
export function typeName(written: string, dialect: Dialect): string {
  const name = written.toLowerCase().replace(/\s+/g, ' ').trim();
  const [, prefix = '', base = name, rest = ''] = /^(try |safe )?([a-z][a-z0-9 ]*?)( ?\(.*)?$/.exec(name) ?? [];
  const one = inDialect[dialect]?.[base] ?? everywhere[base] ?? base;
  return `${prefix}${one}${rest.replace(/\s+/g, '')}`;
}
