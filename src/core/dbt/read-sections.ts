import type { JsonObject, JsonValue } from '#core/base';
import {
  type ArtifactSource,
  type MemoryLimit,
  refuseCost,
  refuseFault,
  standardMemory,
  walkOf,
} from './artifact-text.ts';
import { emptyObject } from './fields.ts';
import { fail, openObject, skipKey, skipSpace, skipValue } from './json-bytes.ts';
import type { PlacedEntry } from './known-entry.ts';
import { refuseNoObject } from './parse-artifact.ts';
import type { Parsed } from './project.ts';
import { eachMember, type KnownEntries, keyAt, readEntries } from './read-entries.ts';

/** The sections of a manifest that are read. */
export interface ReadSections {
  readonly bytes: Buffer;
  /** `metadata`, `disabled`, `groups`, and an empty object or what was there instead of one for every other section. */
  readonly object: JsonObject;
  /** By section, then by key. */
  readonly entries: ReadonlyMap<string, ReadonlyMap<string, PlacedEntry>>;
}

export interface ReadOptions {
  readonly limit?: MemoryLimit;
  /**
   * The manifest of the base, of which entries with the same bytes are taken as they are. It must not be the less trusted of
   * two: one made up to mislead about where its own entries stand could pass as the other.
   */
  readonly known?: ReadSections | null;
}

/** What is read of a manifest; `docs`, `parent_map`, `child_map`, `selectors` and whatever else there is are only walked. */
const sections: ReadonlySet<string> = new Set([
  'metadata',
  'nodes',
  'sources',
  'exposures',
  'metrics',
  'semantic_models',
  'unit_tests',
  'saved_queries',
  'functions',
  'macros',
  'disabled',
  'groups',
]);

/** Sections that are read as one object. */
const small: ReadonlySet<string> = new Set(['metadata', 'disabled', 'groups']);

/**
 * Reads the sections of a manifest a few entries at a time, so that neither its text nor what nobody reads is ever in memory. Refuses what
 * is not a JSON object, and stops as soon as the entries take more memory than `limit`. `name` is the file's name.
 */
export function readSections(
  source: ArtifactSource,
  name: string,
  { limit = standardMemory, known = null }: ReadOptions = {},
): Parsed<ReadSections> {
  const { walk, start } = walkOf(source);
  const entries = new Map<string, ReadonlyMap<string, PlacedEntry>>();
  const object = new Map<string, JsonValue>();
  const budget = { left: limit.bytes };
  const at = skipSpace(walk, start);
  const isObject = walk.bytes[at] === openObject;
  const end = isObject ? eachMember(walk, at, readSection) : skipValue(walk, at, 0);
  const after = end === -1 ? -1 : skipSpace(walk, end);
  if (after !== -1 && after < walk.bytes.length) fail(walk, after);
  if (budget.left < 0) return refuseCost(limit, name);
  if (walk.fault !== null) return refuseFault(walk, walk.fault, start, name);
  if (!isObject) return refuseNoObject(name);
  return { ok: true, value: { bytes: walk.bytes, object: Object.fromEntries(object), entries } };

  function readSection(at: number): number {
    const key = keyAt(walk, at);
    const from = skipKey(walk, at);
    if (key === undefined || from === -1) return -1;
    if (!sections.has(key)) return skipValue(walk, from, 1);
    const isSection = walk.bytes[from] === openObject;
    const placed = isSection ? new Map<string, PlacedEntry>() : null;
    const to =
      placed === null
        ? skipValue(walk, from, 1)
        : readEntries({ walk, at: from, budget, known: knownOf(known, key), entries: placed });
    // Of two sections of one name the later one counts, as with JSON.parse.
    object.set(key, placed === null ? standIn(walk.bytes[from]) : small.has(key) ? valuesOf(placed) : emptyObject);
    if (placed === null) entries.delete(key);
    else entries.set(key, placed);
    return to;
  }
}

function knownOf(known: ReadSections | null, section: string): KnownEntries | null {
  const entries = known?.entries.get(section);
  return known === null || entries === undefined ? null : { bytes: known.bytes, entries };
}

function valuesOf(entries: ReadonlyMap<string, PlacedEntry>): JsonObject {
  return Object.fromEntries([...entries].map(([id, { value }]) => [id, value]));
}

/** A value of the type of a section that should have been an object: nobody reads more of it. */
function standIn(first: number | undefined): JsonValue {
  switch (first === undefined ? '' : String.fromCharCode(first)) {
    case '"':
      return '';
    case '[':
      return [];
    case 't':
    case 'f':
      return false;
    case 'n':
      return null;
    default:
      return 0;
  }
}
