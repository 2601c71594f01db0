import type { Fault } from '../../test/support/github-double/faults.ts';

/** How GitHub behaves: every call takes a while, and a share of them goes wrong. */
export interface Weather {
  /** Least and most milliseconds until an answer. */
  readonly latencyMs: readonly [number, number];
  /** Share of all calls that go wrong, those for tokens included. */
  readonly faultShare: number;
  /** Longer than the App waits for an answer. */
  readonly stallMs: number;
}

interface Kind {
  readonly name: string;
  readonly weight: number;
  readonly faults: readonly Fault[];
}

const limited = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';

function kindsOf(stallMs: number): readonly Kind[] {
  return [
    { name: '5xx', weight: 35, faults: [500, 502, 503].flatMap(halfDone((status) => ({ status }))) },
    { name: 'connection cut before the effect', weight: 20, faults: [{ dropConnection: true }] },
    { name: 'connection cut after the effect', weight: 15, faults: [{ dropConnection: true, takesEffect: true }] },
    {
      name: 'time-out',
      weight: 10,
      faults: [stallMs].flatMap(halfDone((ms) => ({ dropConnection: true, stallMs: ms }))),
    },
    {
      name: '403 or 429 with retry-after',
      weight: 15,
      faults: [403, 429].map((status) => ({ status, headers: { 'retry-after': '1' }, body: { message: limited } })),
    },
    {
      name: '403 or 429 without',
      weight: 5,
      faults: [403, 429].map((status) => ({ status, body: { message: limited } })),
    },
  ];
}

/** Each fault twice: before the request has done its work, and after. */
function halfDone(fault: (of: number) => Fault): (of: number) => readonly Fault[] {
  return (of) => [fault(of), { ...fault(of), takesEffect: true }];
}

/** What the double is to do to each call, by chance, and how often each kind of fault was drawn. */
export function badDay(
  { latencyMs: [least, most], faultShare, stallMs }: Weather,
  dice: () => number,
): { readonly take: () => Fault; readonly drawn: ReadonlyMap<string, number> } {
  const kinds = kindsOf(stallMs);
  const deck = kinds.flatMap((kind) => Array<Kind>(kind.weight).fill(kind));
  const drawn = new Map<string, number>();
  const take = (): Fault => {
    const delayMs = least + dice() * (most - least);
    const kind = dice() < faultShare ? deck[Math.floor(dice() * deck.length)] : undefined;
    if (kind === undefined) return { delayMs };
    drawn.set(kind.name, (drawn.get(kind.name) ?? 0) + 1);
    return { delayMs, ...kind.faults[Math.floor(dice() * kind.faults.length)] };
  };
  return { take, drawn };
}
