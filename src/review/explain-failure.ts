import type { Reason } from '#core/base';
import { DeploymentError, InvariantError, RepositoryError, reason, UpstreamError, WeirkeeperError } from '#core/base';

/** Whether trying again later may help. */
export function isWorthRetrying(error: unknown): boolean {
  return error instanceof UpstreamError;
}

/** What people read of a failure. No other place words one; details of the deployment are left out. */
export function explainFailure(error: unknown): Reason {
  if (error instanceof RepositoryError) return reason(error.code, error.message);
  if (error instanceof UpstreamError) {
    return reason(error.code, `could not check: ${error.message}`, 'run the check again when the service is back');
  }
  if (error instanceof DeploymentError) {
    return reason(error.code, 'the app is not set up for this', 'ask whoever runs Weirkeeper to look at its log');
  }
  const code = error instanceof InvariantError || error instanceof WeirkeeperError ? error.code : 'internal-error';
  return reason(code, 'internal error', 'report it with the review id');
}
