import { type AuditEvent, type ChainEnd, eventKey, extendChain, type RecordSigner } from '#core/audit';
import { InvariantError } from '#core/base';
import type { AuditLog, Clock, Recorder, StreamPlace } from './ports.ts';
import type { Reviewed } from './review.ts';
import { toAuditEvents } from './to-audit-events.ts';

/** What recording needs. */
export interface RecordingPorts {
  readonly auditLog: AuditLog;
  /** Signs what is recorded. */
  readonly signer: RecordSigner;
  /** `https://github.com`, or the address of an own server: where links lead. */
  readonly serverUrl: string;
  readonly clock: Clock;
}

/** Keeps events in an audit log. */
export function createRecorder(ports: RecordingPorts): Recorder {
  return { record: (place, events) => appendEvents(place, events, ports) };
}

/** Appends events to the repository's stream and gives the record of each: the one there is, when it was told before. */
export async function appendEvents(
  place: StreamPlace,
  events: readonly AuditEvent[],
  { auditLog, signer, serverUrl, clock }: RecordingPorts,
): Promise<readonly ChainEnd[]> {
  let records: readonly ChainEnd[] = [];
  const { repository, installationId } = place;
  await auditLog.append({ repository, installationId }, events.map(eventKey), (chain) => {
    const extension = extendChain(chain, events, { repository, serverUrl, signer, time: clock.now() });
    records = extension.records;
    return extension.added;
  });
  return records;
}

/** Appends a review, after the first notice of its pull request, and gives the review's record. */
export async function appendReview(reviewed: Reviewed, recorder: Recorder): Promise<ChainEnd> {
  const record = (await recorder.record(reviewed.request, toAuditEvents(reviewed))).at(-1);
  if (record === undefined) throw new InvariantError('review-not-recorded', 'a review left no record');
  return record;
}
