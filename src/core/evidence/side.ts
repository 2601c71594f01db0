/** A side of the comparison. */
export type Side = 'base' | 'head';
