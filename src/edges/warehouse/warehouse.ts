import type { Reason } from '#core/base';
import type { OneExplain, OneSelect, SqlWriter } from '#core/evidence';
import type { EvidenceSource } from '#review';

export interface WarehouseOptions {
  /** A question that takes longer is stopped and answered with a reason. */
  readonly deadlineMilliseconds: number;
  /** When an answer was had. */
  readonly now: () => Date;
}

/** A warehouse that answers questions over its own read-only connection. */
export interface Warehouse extends EvidenceSource {
  close(): Promise<void>;
}

/** The one row of an answer, or why there is none. */
export type Ran =
  | { readonly ok: true; readonly row: readonly unknown[] }
  | { readonly ok: false; readonly reason: Reason };

/** Every row of what shows a plan, or why there is none; `sql-refused` where the SQL is at fault. */
export type Explained =
  | { readonly ok: true; readonly rows: readonly (readonly unknown[])[] }
  | { readonly ok: false; readonly reason: Reason };

/** Where and when an answer was had. */
export interface Had {
  readonly source: string;
  readonly at: string;
}

export interface Connection {
  /** How names are written here; or why nothing can be asked. Never throws. */
  writer(): Promise<SqlWriter | Reason>;
  /** Runs one SELECT and gives its first row. Never throws; at the deadline the statement is cancelled, which may take two seconds. */
  run(sql: OneSelect): Promise<Ran>;
  /** Shows the plan of one SELECT and runs nothing; the same promises. */
  explain(sql: OneExplain): Promise<Explained>;
  close(): Promise<void>;
}

/** A kind of warehouse; one file each. */
export interface Driver {
  /** Shown as the source of an answer. */
  readonly name: string;
  /** What a URL of this kind looks like, for messages. */
  readonly example: string;
  matches(url: string): boolean;
  /**
   * Connects no sooner than at the first question, so that an unreachable warehouse is an answer and no failure. Throws
   * DeploymentError for a URL with a wrong part.
   */
  connect(url: string, options: WarehouseOptions): Connection;
}
