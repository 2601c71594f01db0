import { z } from 'zod';
import { InvariantError } from '#core/base';
import type { OutsidePorts, ReviewRequest, WorkflowArtifacts } from '#review';
import { aboutTheReview, answerShapes, byThemselves, recordShapes, type Shapes } from './door-shapes.ts';

/** What a process that reads hostile files may ask of the server: these methods, with arguments of these shapes. */
export interface Door {
  /** Throws InvariantError for what nobody may ask; what the port throws otherwise. */
  ask(port: string, method: string, args: readonly unknown[]): Promise<unknown>;
}

/** Far more than a review asks. */
const mostCalls = 10_000;

/** Opens the door to the ports of one review. */
export function createDoor(request: ReviewRequest, ports: OutsidePorts, workflowArtifacts: WorkflowArtifacts): Door {
  const { pullRequests, publisher, memory, lineageCache, recorder, evidence } = ports;
  const about = { ...aboutTheReview, recorder: recordShapes(request) };
  const sources = evidence.map((source, at) => [`evidence ${at}`, source] as const);
  const others = { ...byThemselves, ...Object.fromEntries(sources.map(([name]) => [name, answerShapes])) };
  const own = { pullRequests, publisher, memory, lineageCache, recorder, workflowArtifacts };
  const byName: Readonly<Record<string, object>> = { ...own, ...Object.fromEntries(sources) };
  let calls = 0;
  return {
    async ask(port, method, args) {
      calls += 1;
      if (calls > mostCalls) throw refused(port, method, 'too often');
      const isAbout = shapeOf(about, port, method) !== undefined;
      const shape = shapeOf(isAbout ? about : others, port, method);
      if (shape === undefined) throw refused(port, method, 'which there is not');
      const given = shape.safeParse(isAbout ? args.slice(1) : args);
      if (!given.success) throw refused(port, method, `wrongly: ${z.prettifyError(given.error).slice(0, 500)}`);
      // Whatever the process says, what it asks is about its own review.
      return await callOn(byName[port], method, isAbout ? [request, ...given.data] : given.data);
    },
  };
}

function shapeOf(ports: Readonly<Record<string, Shapes>>, port: string, method: string): Shapes[string] | undefined {
  const shapes = Object.hasOwn(ports, port) ? ports[port] : undefined;
  return shapes !== undefined && Object.hasOwn(shapes, method) ? shapes[method] : undefined;
}

function callOn(port: object | undefined, method: string, args: readonly unknown[]): unknown {
  const found = (port as Readonly<Record<string, (...args: readonly unknown[]) => unknown>>)[method];
  return found?.apply(port, args as unknown[]);
}

function refused(port: string, method: string, why: string): InvariantError {
  const details = { port: port.slice(0, 40), method: method.slice(0, 40) };
  return new InvariantError('not-for-a-review', `the process that reviews asked for something ${why}`, details);
}
