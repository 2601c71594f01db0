import { type Sha, toSha } from '#core/base';
import type { ReviewJob } from '#review';

type Review = Extract<ReviewJob, { readonly kind: 'review' }>;
type Closed = Extract<ReviewJob, { readonly kind: 'closed' }>;

/** A head commit told by one hexadecimal digit. */
export function headOf(digit: string): Sha {
  return toSha(digit.repeat(40));
}

export function aReviewJob(changes: Partial<Review> = {}): Review {
  return {
    kind: 'review',
    repository: 'shop/warehouse',
    installationId: 1,
    pullNumber: 7,
    headSha: headOf('a'),
    depth: 'standard',
    trigger: 'pull_request.opened',
    deliveryId: 'delivery-1',
    ...changes,
  };
}

export function aClosedJob(changes: Partial<Closed> = {}): Closed {
  return {
    kind: 'closed',
    repository: 'shop/warehouse',
    installationId: 1,
    pullNumber: 7,
    merged: false,
    deliveryId: 'delivery-2',
    ...changes,
  };
}
