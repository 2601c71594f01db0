import type { ReviewPorts, ReviewRequest } from './ports.ts';

/** Whether a newer push has made the request's head stale. The review's own check runs are then withdrawn. */
export async function isSuperseded(
  request: ReviewRequest,
  ports: Pick<ReviewPorts, 'pullRequests' | 'publisher'>,
): Promise<boolean> {
  const headSha = await ports.pullRequests.readHeadSha(request);
  if (headSha === request.headSha) return false;
  await ports.publisher.withdraw(request, headSha);
  return true;
}
