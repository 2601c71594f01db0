/** What the process tells its caller. */
export const EXIT = { passed: 0, failed: 1, unknown: 2, usage: 3 } as const;
