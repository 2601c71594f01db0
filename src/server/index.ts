// The app as a server: webhooks in, jobs done, health told, an end in order.

export { closeOnSignal } from './close-on-signal.ts';
export type { AppOptions } from './compose.ts';
export { startApp } from './compose.ts';
export type { Environment, LogLevel, Variables } from './environment.ts';
export { readEnvironment } from './environment.ts';
export type { LogOptions } from './log.ts';
export { createLog } from './log.ts';
export type { ToReviewJobs } from './probot-app.ts';
export { createProbotApp } from './probot-app.ts';
export { everyQuarterOfAnHour } from './reconcile.ts';
export { inProcess } from './reviewer/index.ts';
export type { RunContext, RunningServer, ServerOptions, ServerParts } from './server.ts';
export { logOf, startServer } from './server.ts';
export type { RunJob } from './worker.ts';
