type Dice = () => number;

const hostileValues: readonly unknown[] = [
  null,
  '',
  0,
  -1,
  1e308,
  2 ** 53,
  true,
  [],
  {},
  '__proto__',
  'constructor',
  '\u0000',
  '\u202e right to left',
  '\ud800',
  'x'.repeat(10_000),
  '../../etc/passwd',
  '@everyone <img src=x> ```',
  { __proto__: null, toString: 1 },
];

/** One of them, by chance. */
export function pick<Item>(items: readonly Item[], dice: Dice): Item {
  const item = items[Math.floor(dice() * items.length)];
  if (item === undefined) throw new Error('there is nothing to pick from');
  return item;
}

/** The JSON value with one to three places in it changed: replaced, taken away, doubled or renamed. */
export function mutateJson(value: unknown, dice: Dice): unknown {
  const copy: unknown = structuredClone(value);
  const times = 1 + Math.floor(dice() * 3);
  for (let i = 0; i < times; i += 1) changeOnePlace(copy, dice);
  return copy;
}

function changeOnePlace(root: unknown, dice: Dice): void {
  let holder = root;
  for (;;) {
    if (typeof holder !== 'object' || holder === null) return;
    const keys = Object.keys(holder);
    if (keys.length === 0) return;
    const key = pick(keys, dice);
    const record = holder as Record<string, unknown>;
    const inner = record[key];
    if (typeof inner === 'object' && inner !== null && dice() < 0.75) {
      holder = inner;
      continue;
    }
    const chance = dice();
    if (chance < 0.6) record[key] = structuredClone(pick(hostileValues, dice));
    else if (chance < 0.8) Reflect.deleteProperty(record, key);
    else record[`${key}${pick(['', ' ', '_', '\u0000'], dice)}x`] = inner;
    return;
  }
}

/** The bytes with some of them flipped, cut out, repeated, or cut off. */
export function mutateBytes(bytes: Buffer, dice: Dice): Buffer {
  let out = Buffer.from(bytes);
  const times = 1 + Math.floor(dice() * 4);
  for (let i = 0; i < times && out.length > 0; i += 1) {
    const at = Math.floor(dice() * out.length);
    const end = Math.min(out.length, at + 1 + Math.floor(dice() * 40));
    const chance = dice();
    if (chance < 0.5) out[at] = Math.floor(dice() * 256);
    else if (chance < 0.7) out = Buffer.concat([out.subarray(0, at), out.subarray(end)]);
    else if (chance < 0.9) out = Buffer.concat([out.subarray(0, end), out.subarray(at)]);
    else out = out.subarray(0, at);
  }
  return out;
}
