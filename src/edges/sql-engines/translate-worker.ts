import { parentPort } from 'node:worker_threads';
import type { Dialect } from '#core/sql';
import { messageOf } from './engine.ts';
import { polyglot, type Translation, toDuckdb } from './polyglot.ts';

/** A statement to translate. */
export interface ToTranslate {
  readonly sql: string;
  readonly dialect: Dialect;
}

/** `ready` once; then an answer a statement. */
export type TranslateMessage = { readonly kind: 'ready' } | ({ readonly kind: 'translated' } & Translation);

const ready = polyglot.prepare().then(() => say({ kind: 'ready' }));

parentPort?.on('message', ({ sql, dialect }: ToTranslate) => {
  void ready.then(() => say({ kind: 'translated', ...translate(sql, dialect) }));
});

function say(message: TranslateMessage): void {
  parentPort?.postMessage(message);
}

function translate(sql: string, dialect: Dialect): Translation {
  try {
    return toDuckdb(sql, dialect);
  } catch (error) {
    return { ok: false, why: messageOf(error) };
  }
}
