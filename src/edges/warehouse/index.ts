// Answers data questions: read-only connections to warehouses, one file each, and the evidence file of a repository's CI.
export { EvidenceFile, evidenceFileSource, relationsIn } from './evidence-file.ts';
export { signEvidence } from './evidence-signature.ts';
export { openWarehouse } from './open-warehouse.ts';
export type { Warehouse } from './warehouse.ts';
