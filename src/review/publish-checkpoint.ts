import { checkpointLine, emptyFrontier, rootOf, withLeaf } from '#core/audit';
import { DeploymentError, RepositoryError } from '#core/base';
import type { Policy } from '#core/policy';
import type { RecordingPorts } from './append-events.ts';
import type { CheckpointMemory, CheckpointPublisher, StreamPlace } from './ports.ts';

export interface CheckpointPorts extends RecordingPorts {
  readonly checkpoints: CheckpointMemory;
  readonly checkpointPublisher: CheckpointPublisher;
  /** Hears that the repository did not take a checkpoint, and why: whoever runs the app, or the repository, must act. */
  readonly checkpointRefused: (place: StreamPlace, error: RepositoryError | DeploymentError) => void;
}

/**
 * Signs the head of the repository's log and pushes it to the repository, where the policy asks for that and it has grown.
 * A repository that does not take it stops nothing: that is told, and the next merge or day tries again.
 */
export async function publishCheckpoint(
  place: StreamPlace,
  policy: Pick<Policy, 'audit'>,
  { checkpoints, checkpointPublisher, signer, clock, checkpointRefused }: CheckpointPorts,
): Promise<void> {
  const { repository } = place;
  if (policy.audit.checkpoints === 'off') return;
  const digests = await checkpoints.readDigests(repository);
  const last = digests.at(-1);
  const size = digests.length;
  if (last === undefined || (await checkpoints.readLast(repository))?.size === size) return;
  let frontier = emptyFrontier;
  for (const digest of digests) frontier = withLeaf(frontier, Buffer.from(digest, 'hex'));
  const time = clock.now().toISOString();
  const line = checkpointLine({ repository, size, root: rootOf(frontier), last, time }, signer);
  // Pushed before it is remembered: one that was pushed twice does no harm, one that was not pushed at all would.
  try {
    await checkpointPublisher.push(place, line);
  } catch (error) {
    if (!(error instanceof RepositoryError || error instanceof DeploymentError)) throw error;
    checkpointRefused(place, error);
    return;
  }
  await checkpoints.add(repository, { size, line });
}
