// Webhooks as GitHub sends them.
import { createHmac } from 'node:crypto';
import { testWebhookSecret } from './environment.ts';

export interface TestWebhook {
  readonly event: string;
  readonly deliveryId: string;
  readonly payload: unknown;
  readonly secret?: string;
}

/** Sends a webhook signed as GitHub signs it. */
export function deliver(url: string, { payload, ...rest }: TestWebhook) {
  return deliverText(url, { ...rest, body: JSON.stringify(payload) });
}

/** Sends a body as it is, JSON or not, signed as GitHub signs it. */
export function deliverText(
  url: string,
  { event, deliveryId, body, secret = testWebhookSecret }: Omit<TestWebhook, 'payload'> & { readonly body: string },
) {
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  return fetch(url, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-github-event': event,
      'x-github-delivery': deliveryId,
      'x-hub-signature-256': `sha256=${signature}`,
    },
  });
}
