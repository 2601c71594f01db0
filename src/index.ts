// What a program that runs or embeds the app imports. Probot loads the function that `createProbotApp` makes.
export {
  closeOnSignal,
  createLog,
  createProbotApp,
  type Environment,
  type RunningServer,
  readEnvironment,
  type ServerOptions,
  type ServerParts,
  startServer,
} from './server/index.ts';
