/** How much of each section is shown. Sections are cut at their borders, never inside. */
export interface Detail {
  /** Rows of the models' table that are unfolded, and those folded below it. */
  readonly models: number;
  readonly foldedModels: number;
  readonly hurting: number;
  readonly foldedFindings: number;
  readonly gates: number;
  /** Models named in "not analysed". */
  readonly unresolved: number;
  readonly lineage: boolean;
  /** Characters of one piece of prose. */
  readonly prose: number;
}

/** Fullest first; a text that does not fit is written again with the next: fold more, fewer rows, counts only. */
export const details: readonly Detail[] = [
  {
    models: 12,
    foldedModels: 100,
    hurting: 10,
    foldedFindings: 60,
    gates: 60,
    unresolved: 20,
    lineage: true,
    prose: 400,
  },
  {
    models: 12,
    foldedModels: 30,
    hurting: 10,
    foldedFindings: 30,
    gates: 60,
    unresolved: 10,
    lineage: true,
    prose: 300,
  },
  { models: 6, foldedModels: 10, hurting: 5, foldedFindings: 10, gates: 40, unresolved: 5, lineage: true, prose: 200 },
  { models: 3, foldedModels: 0, hurting: 3, foldedFindings: 0, gates: 40, unresolved: 0, lineage: false, prose: 160 },
  { models: 0, foldedModels: 0, hurting: 3, foldedFindings: 0, gates: 20, unresolved: 0, lineage: false, prose: 120 },
];
