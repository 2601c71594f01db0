// Parses SQL with outside engines, in workers with time-outs.
export { createSqlReader } from './sql-reader.ts';
