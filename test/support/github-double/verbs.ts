import type { Json } from './json.ts';
import type { Delivery, Repository, User } from './state.ts';
import type { Webhooks } from './webhooks.ts';
import type { World } from './world.ts';

/** What the people's verbs share: a repository, and how GitHub tells the App what they did. */
export interface Stage {
  readonly world: World;
  readonly repository: Repository;
  readonly webhooks: Webhooks;
  readonly account: (login: string) => User;
  /** Delivers and waits; does nothing when the App has no URL or did not subscribe to the event. */
  readonly tell: (event: string, payload: Json) => Promise<Delivery | null>;
}
