import { z } from 'zod';

export const options = z.strictObject({
  /** Whether compiled SQL of a pull request may be sent to the warehouse, for its plan alone. */
  send_sql: z.boolean().default(false),
  /** A relation with this many rows is large: that it is read from end to end is told where base did not. */
  large_rows: z.int().min(0).default(1_000_000),
  /** The same in bytes, where the warehouse tells no rows. */
  large_bytes: z.number().min(0).default(10_000_000_000),
  /** The plan’s cost, as the warehouse reckons it, may grow by this much, in percent of base’s. */
  cost_percent: z.number().min(0).max(1_000_000).default(100),
  /** A lower cost is not told. */
  least_cost: z.number().min(0).default(10_000),
  /** The bytes that would be read may grow by this much, in percent of base’s. */
  bytes_percent: z.number().min(0).max(1_000_000).default(50),
  /** Fewer bytes are not told. */
  least_bytes: z.number().min(0).default(1_000_000_000),
  /** Models beyond this many are not planned, and the check says so. */
  max_models: z.int().min(1).max(10_000).default(50),
});
export type ExplainOptions = z.output<typeof options>;
