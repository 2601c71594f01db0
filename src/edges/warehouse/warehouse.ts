import type { Reason } from '#core/base';
import type { EvidenceSource } from '#review';
import type { Identifier } from './relation.ts';

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

/** Rows, or why they could not be counted. */
export type Count = { readonly ok: true; readonly rows: number } | { readonly ok: false; readonly reason: Reason };

export interface Connection {
  /** Never throws; ends within the deadline. */
  count(relation: readonly Identifier[]): Promise<Count>;
  close(): Promise<void>;
}

/** A kind of warehouse; one file each. */
export interface Driver {
  /** Shown as the source of an answer. */
  readonly name: string;
  /** What a URL of this kind looks like, for messages. */
  readonly example: string;
  matches(url: string): boolean;
  /** Connects no sooner than at the first question, so that an unreachable warehouse is an answer and no failure. */
  connect(url: string, options: WarehouseOptions): Connection;
}
