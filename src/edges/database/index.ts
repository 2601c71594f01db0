// Stores deliveries, jobs, reviews and the audit log, in a folder or on PostgreSQL, and gives jobs out in order.
export { type AuditReader, openAuditReader } from './audit-reader.ts';
export type { StorePlace } from './connect.ts';
export type { DoJob, JobEnd } from './queue.ts';
export type { Delivery, Store, StoreSettings } from './store.ts';
export { openStore } from './store.ts';
