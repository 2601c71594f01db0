import { isJsonObject } from '#core/base';
import { costOf, decodeJson, decodePlain, findTextFault } from './artifact-text.ts';
import { createDivides, type Divides } from './divides.ts';
import {
  closeObject,
  comma,
  countOpened,
  deepestAllowed,
  fail,
  quote,
  skipKey,
  skipSpace,
  skipText,
  skipValue,
  type Walk,
} from './json-bytes.ts';
import { knownEntry, type PlacedEntry } from './known-entry.ts';

/** The same section of another manifest. */
export interface KnownEntries {
  readonly bytes: Buffer;
  readonly entries: ReadonlyMap<string, PlacedEntry>;
}

export interface EntriesRequest {
  readonly walk: Walk;
  /** Where the section's object begins. */
  readonly at: number;
  /** Memory that may still be taken, in bytes; below zero when it was not enough. */
  readonly budget: { left: number };
  readonly known: KnownEntries | null;
  /** Where the entries go, by key. */
  readonly entries: Map<string, PlacedEntry>;
}

/** Bytes that are decoded at once: enough for V8 to put the values where they stay. */
const batchBytes = 512 * 1024;
/** After so many entries in a row that were not known, what follows is taken for new, too. */
const newInARow = 4;
const failuresAllowed = 8;

/**
 * Reads the entries of a section; gives the offset after it, -1 for a fault or when the budget is spent. Where a batch of
 * entries ends is guessed: what JSON.parse takes for members from the first of them on ends there, so that a guess is right
 * or refused. Entry by entry is walked only where guesses fail.
 */
export function readEntries(request: EntriesRequest): number {
  const { walk, at, budget, known, entries } = request;
  const divides = createDivides(walk.bytes);
  const guess = { size: batchBytes, failures: 0, unknown: 0 };
  return eachMember(walk, at, (key) => {
    const to = (known && takeKnown(walk, key, known, entries)) ?? -1;
    guess.unknown = to === -1 ? guess.unknown + 1 : 0;
    if (to !== -1) return spend(budget, 0, to);
    const size = known !== null && guess.unknown < newInARow ? 0 : guess.size;
    const end = guess.failures > failuresAllowed ? -1 : divides.next(key + size);
    const batch = end === -1 ? null : readBatch(walk, key, end, divides);
    if (batch === null) {
      if (end !== -1) guess.failures++;
      guess.size = Math.floor(guess.size / 8);
      return walkEntry(request, key, divides);
    }
    for (const [id, entry] of batch.entries) entries.set(id, entry);
    return spend(budget, batch.cost, end);
  });
}

/**
 * Visits the members of the object that begins at `at`: `visit` is told where a key begins, and says where the value of that
 * or a later member ends; -1 for a fault. Gives the offset after the object.
 */
export function eachMember(walk: Walk, at: number, visit: (key: number) => number): number {
  const { bytes } = walk;
  let next = skipSpace(walk, at + 1);
  if (bytes[next] === closeObject) return next + 1;
  for (;;) {
    if (bytes[next] !== quote) return fail(walk, next);
    next = visit(next);
    if (next === -1) return -1;
    next = skipSpace(walk, next);
    if (bytes[next] === closeObject) return next + 1;
    if (bytes[next] !== comma) return fail(walk, next);
    next = skipSpace(walk, next + 1);
  }
}

/** The key that begins at `at`; undefined when it does not end or is no text. */
export function keyAt(walk: Walk, at: number): string | undefined {
  const end = skipText(walk, at);
  if (end === -1) return undefined;
  const text = walk.bytes.toString('utf8', at, end);
  const key = text.includes('\\') ? decodeJson(text) : text.slice(1, -1);
  if (typeof key === 'string') return key;
  fail(walk, at);
  return undefined;
}

/** The offset after an entry that the other manifest has, too; -1 when it has not. */
function takeKnown(walk: Walk, at: number, known: KnownEntries, entries: Map<string, PlacedEntry>): number {
  const key = keyAt(walk, at);
  const from = key === undefined ? -1 : skipKey(walk, at);
  if (key === undefined || from === -1) return -1;
  const entry = knownEntry(walk.bytes, from, known.bytes, known.entries.get(key));
  if (entry === null) return -1;
  entries.set(key, entry);
  return entry.to;
}

/** Reads one entry by walking it. */
function walkEntry({ walk, budget, entries }: EntriesRequest, at: number, divides: Divides): number {
  const key = keyAt(walk, at);
  const from = key === undefined ? -1 : skipKey(walk, at);
  const to = from === -1 ? -1 : skipValue(walk, from, 2);
  if (key === undefined || to === -1) return -1;
  divides.learn(to);
  const value = decodeJson(walk.bytes.toString('utf8', from, to));
  if (value === undefined) {
    walk.fault = findTextFault(walk, from, to) ?? { offset: from, kind: 'not-json' };
    return -1;
  }
  entries.set(key, { from, to, value });
  return spend(budget, costOf(to - from, countOpened(walk.bytes, from, to)), to);
}

interface Batch {
  readonly entries: readonly (readonly [string, PlacedEntry])[];
  readonly cost: number;
}

/**
 * The members from `at` to `end`; null when these are not whole members, when their divides cannot be told, or when one of
 * them nests too deeply: entry by entry says more.
 */
function readBatch(walk: Walk, at: number, end: number, divides: Divides): Batch | null {
  const members = decodePlain(`{${walk.bytes.toString('utf8', at, end)}}`);
  if (!isJsonObject(members)) return null;
  const ids = Object.keys(members);
  const places = placesOf(walk, at, end, { ids, divides });
  if (places === null) return null;
  const entries: [string, PlacedEntry][] = [];
  let cost = 0;
  for (const [at, { from, to }] of places.entries()) {
    const id = ids[at] ?? '';
    entries.push([id, { from, to, value: members[id] ?? null }]);
    const opened = countOpened(walk.bytes, from, to);
    // Only what opens more than that many can nest more deeply.
    if (opened > deepestAllowed && !isShallow(walk, from)) return null;
    cost += costOf(to - from, opened);
  }
  return { entries, cost };
}

function isShallow({ bytes }: Walk, at: number): boolean {
  return skipValue({ bytes, fault: null }, at, 2) !== -1;
}

/** Where each of the entries stands; null when what looks like their divides does not fit the keys. */
function placesOf(
  walk: Walk,
  at: number,
  end: number,
  { ids, divides }: { readonly ids: readonly string[]; readonly divides: Divides },
): readonly { readonly from: number; readonly to: number }[] | null {
  const places: { from: number; to: number }[] = [];
  const nextOf = divides.between(ids, end);
  let next = at;
  for (const id of ids) {
    const from = next !== -1 && keyAt(walk, next) === id ? skipKey(walk, next) : -1;
    if (from === -1) return null;
    const to = nextOf(from);
    places.push({ from, to: to === -1 ? end : to });
    next = to === -1 ? -1 : to + divides.length() - 2;
  }
  return next === -1 ? places : null;
}

function spend(budget: { left: number }, cost: number, to: number): number {
  budget.left -= cost;
  return budget.left < 0 ? -1 : to;
}
