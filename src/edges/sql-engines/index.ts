// Parses SQL with outside engines, in workers with time-outs.
export { readerVersion } from './reader-version.ts';
export { createSqlReader, type ReadDifferently } from './sql-reader.ts';
export { createTranslator, type Translator } from './translator.ts';
