import { createHash, createHmac, randomBytes } from 'node:crypto';
import { utc } from './git.ts';
import { isJson, type Json } from './json.ts';
import { limits } from './limits.ts';
import { type Delivery, nextId, type State } from './state.ts';

export interface DeliveryOptions {
  /** The delivery's X-GitHub-Delivery; a fresh one when not given. */
  readonly guid?: string;
  readonly signature?: 'valid' | 'wrong' | 'missing';
  readonly redelivery?: boolean;
}

export interface Webhooks {
  /** Sends one event and waits for the App's answer, which it records whatever it is. */
  readonly deliver: (event: string, payload: Json, options?: DeliveryOptions) => Promise<Delivery>;
  readonly redeliver: (delivery: Delivery) => Promise<Delivery>;
  /** Sends without waiting; `settled` waits for all of these. */
  readonly background: (event: string, payload: Json) => void;
  readonly redeliverInBackground: (delivery: Delivery) => void;
  readonly settled: () => Promise<void>;
  readonly setUrl: (url: string | null) => void;
  readonly hasUrl: () => boolean;
  /** The next deliveries do not arrive: GitHub could not connect. */
  readonly loseNext: (count: number) => void;
}

export interface WebhookParts {
  readonly state: State;
  readonly now: () => number;
  readonly newGuid: () => string;
  readonly appId: number;
  readonly secret: string;
  readonly url: string | null;
  readonly timeoutMs?: number;
}

export function createWebhooks(parts: WebhookParts): Webhooks {
  let url = parts.url;
  let lost = 0;
  const underWay = new Set<Promise<unknown>>();
  const deliver: Webhooks['deliver'] = async (event, payload, options = {}) => {
    if (url === null) {
      throw new Error(`there is no webhook URL to deliver ${event} to: give one to the double first`);
    }
    const body = JSON.stringify(payload);
    const guid = options.guid ?? parts.newGuid();
    const headers = requestHeaders(parts, event, guid, { body, signature: options.signature ?? 'valid' });
    const delivery = record(parts, { event, payload, guid, headers, redelivery: options.redelivery ?? false });
    if (Buffer.byteLength(body) > limits.webhookPayloadBytes.value) {
      delivery.status = 'payload too large';
    } else if (lost > 0) {
      lost -= 1;
      delivery.status = 'failed to connect to host';
    } else {
      await send(url, delivery, body, parts.timeoutMs ?? limits.webhookSeconds.value * 1000);
    }
    return delivery;
  };
  const redeliver = (delivery: Delivery): Promise<Delivery> =>
    deliver(delivery.event, delivery.payload, { guid: delivery.guid, redelivery: true });
  const background = (work: Promise<unknown>): void => {
    underWay.add(work);
    void work.finally(() => underWay.delete(work)).catch(() => undefined);
  };
  return {
    deliver,
    redeliver,
    background: (event, payload) => {
      background(deliver(event, payload));
    },
    redeliverInBackground: (delivery) => {
      background(redeliver(delivery));
    },
    settled: async () => {
      while (underWay.size > 0) {
        await Promise.allSettled(underWay);
      }
    },
    setUrl: (next) => {
      url = next;
    },
    hasUrl: () => url !== null,
    loseNext: (count) => {
      lost = count;
    },
  };
}

/** What GitHub puts in X-Hub-Signature-256. */
export function sign(secret: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

function requestHeaders(
  parts: WebhookParts,
  event: string,
  guid: string,
  content: { readonly body: string; readonly signature: 'valid' | 'wrong' | 'missing' },
): Readonly<Record<string, string>> {
  const secret = content.signature === 'valid' ? parts.secret : `${parts.secret} but not this`;
  const sha1 = createHmac('sha1', secret).update(content.body).digest('hex');
  return {
    accept: '*/*',
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/double',
    'x-github-event': event,
    'x-github-delivery': guid,
    'x-github-hook-id': '900001',
    'x-github-hook-installation-target-id': String(parts.appId),
    'x-github-hook-installation-target-type': 'integration',
    ...(content.signature === 'missing'
      ? {}
      : { 'x-hub-signature': `sha1=${sha1}`, 'x-hub-signature-256': sign(secret, content.body) }),
  };
}

interface NewDelivery {
  readonly event: string;
  readonly payload: Json;
  readonly guid: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly redelivery: boolean;
}

function record(parts: WebhookParts, { event, payload, guid, headers, redelivery }: NewDelivery): Delivery {
  const repository = payload['repository'];
  const delivery: Delivery = {
    id: nextId(parts.state, 'delivery', 90_001),
    guid,
    event,
    action: typeof payload['action'] === 'string' ? payload['action'] : null,
    redelivery,
    deliveredAt: utc(new Date(parts.now())),
    repositoryId: isJson(repository) ? Number(repository['id']) : null,
    payload,
    requestHeaders: headers,
    durationSeconds: 0,
    status: 'pending',
    statusCode: 0,
    responseBody: null,
  };
  parts.state.deliveries.push(delivery);
  return delivery;
}

async function send(url: string, delivery: Delivery, body: string, timeoutMs: number): Promise<void> {
  const started = performance.now();
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { method: 'POST', headers: delivery.requestHeaders, body, signal });
    delivery.responseBody = await response.text();
    delivery.statusCode = response.status;
    delivery.status = response.ok ? 'OK' : `Invalid HTTP Response: ${String(response.status)}`;
  } catch (error) {
    // By name: a test runner's realm has an Error of its own.
    const late = isJson(error) && error['name'] === 'TimeoutError';
    delivery.status = late ? 'timed out' : 'failed to connect to host';
  }
  delivery.durationSeconds = Math.round(performance.now() - started) / 1000;
}

/** Bytes and delivery ids: chance, or the same ones every time when there is a seed. */
export function createChance(seed: string | undefined): {
  readonly bytes: (count: number) => Buffer;
  readonly guid: () => string;
} {
  let turn = 0;
  const bytes = (count: number): Buffer => {
    if (seed === undefined) {
      return randomBytes(count);
    }
    turn += 1;
    return createHash('shake256', { outputLength: count })
      .update(`${seed} ${String(turn)}`)
      .digest();
  };
  const guid = (): string => {
    const hex = bytes(16).toString('hex');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  };
  return { bytes, guid };
}
