import type { Dialect, Query } from '#core/sql';

/** One engine behind its adapter. What it answers with inside is nobody else's business. */
export interface Engine {
  /** Loads what cannot be loaded while a statement waits; may be called again. */
  prepare(): Promise<void>;
  /** Parses one statement into our tree. May throw: the statement is then not parsed. */
  parse(sql: string, dialect: Dialect): EngineAnswer;
  /** Whether an error thrown by `parse` leaves the engine's memory unsound. */
  broken(error: unknown): boolean;
}

/** One engine's answer. `broken` says that the engine must not be used again: its memory is no longer sound. */
export type EngineAnswer =
  | { readonly ok: true; readonly query: Query }
  | { readonly ok: false; readonly why: string; readonly broken: boolean };

/** `error` in words. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
