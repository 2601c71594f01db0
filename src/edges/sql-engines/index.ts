// Parses SQL with outside engines, in workers with time-outs.
export { createSqlReader, type SqlReaderOptions } from './sql-reader.ts';
