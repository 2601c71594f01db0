// Searches, on DuckDB and made-up rows, for an input on which two queries give different results.
export { type CounterexampleOptions, counterexampleSource } from './source.ts';
