import { describe, expect, it } from '@jest/globals';
import { type Dialect, identifierKey, isAggregate, pivotOutputs, toDialect } from '#core/sql';

describe('the dialect of an adapter', () => {
  it.each([
    ['postgres', 'postgres'],
    ['redshift', 'redshift'],
    ['snowflake', 'snowflake'],
    ['bigquery', 'bigquery'],
    ['duckdb', 'duckdb'],
    ['databricks', 'databricks'],
    ['spark', 'spark'],
    ['trino', 'trino'],
    ['athena', 'athena'],
    ['clickhouse', 'clickhouse'],
    ['fabric', 'tsql'],
    ['sqlserver', 'tsql'],
    ['synapse', 'tsql'],
    ['mysql', 'mysql'],
    ['sqlite', 'sqlite'],
    ['oracle', 'generic'],
    ['constructor', 'generic'],
    [null, 'generic'],
  ])('%s is %s', (adapter, dialect) => {
    expect(toDialect(adapter)).toBe(dialect);
  });
});

describe('two spellings of a name', () => {
  const unquoted = { name: 'Total', quoted: false };
  const quoted = { name: 'Total', quoted: true };
  it.each([
    ['snowflake', 'TOTAL', 'Total'],
    ['postgres', 'total', 'Total'],
    ['bigquery', 'total', 'total'],
    ['redshift', 'total', 'total'],
  ] satisfies [Dialect, string, string][])('in %s', (dialect, plain, withQuotes) => {
    expect([identifierKey(unquoted, dialect), identifierKey(quoted, dialect)]).toEqual([plain, withQuotes]);
  });
});

describe('columns that PIVOT makes', () => {
  const alias = (name: string) => ({ name, quoted: false });
  const values = [
    { text: 'x', isString: true, alias: alias('xx') },
    { text: 'y', isString: true, alias: null },
  ];
  it.each([
    ['bigquery', [{ alias: alias('s'), name: 'sum' }], ['s_xx', 's_y']],
    ['snowflake', [{ alias: null, name: 'sum' }], ['xx', "'y'"]],
    ['duckdb', [{ alias: null, name: 'sum' }], ['xx', 'y']],
    [
      'spark',
      [
        { alias: alias('s'), name: 'sum' },
        { alias: null, name: 'max' },
      ],
      ['xx_s', 'xx_max', 'y_s', 'y_max'],
    ],
  ] satisfies [Dialect, Parameters<typeof pivotOutputs>[1], string[]][])('in %s', (dialect, aggregates, expected) => {
    expect(pivotOutputs(values, aggregates, dialect).map(({ name }) => name)).toEqual(expected);
  });
});

it('tells aggregates from other functions', () => {
  expect(['sum', 'countif', 'any_value', 'upper', 'row_number', 'coalesce'].filter(isAggregate)).toEqual([
    'sum',
    'countif',
    'any_value',
  ]);
});
