// Parses SQL with outside engines, in workers with time-outs.
export { createSqlReader, type ReadDifferently } from './sql-reader.ts';
