/** A dbt version that can be compared: `1.12.0rc2` is before `1.12.0`. */
export interface EngineVersion {
  /** dbt 1 is written in Python; dbt 2, also called Fusion, in Rust. */
  readonly family: 'python' | 'rust';
  /** `major.minor.patch` as one number. */
  readonly release: number;
  /** 0 alpha, 1 beta, 2 release candidate, 3 released; and its number. */
  readonly stage: readonly [number, number];
}

/** Releases of dbt's hosted tracks are dated; this is the release whose behaviour a year's tracks are closest to. */
const datedTracks: readonly (readonly [number, string])[] = [
  [2026, '1.12.0'],
  [2025, '1.10.5'],
  [2024, '1.9.2'],
];

/** What is assumed of a manifest that does not say which dbt wrote it. */
const newest: EngineVersion = { family: 'python', release: releaseOf(1, 12, 99), stage: [3, 0] };

/** Reads `1.11.3`, `1.12.0rc2`, `1.9.0-b4`, `2.0.0-preview.196`, `2025.5.12+ab12`; the newest of dbt 1 for anything else. */
export function parseEngineVersion(text: string): EngineVersion {
  const found = /^(\d{1,4})(?:\.(\d{1,4}))?(?:\.(\d{1,4}))?[-.]?(a|b|rc)?(\d{1,4})?/.exec(text);
  const major = Number(found?.[1] ?? 0);
  if (found === null || (major < 2 && found[2] === undefined)) return newest;
  const track = datedTracks.find(([year]) => major >= year);
  if (track !== undefined) return parseEngineVersion(track[1]);
  return {
    family: major >= 2 ? 'rust' : 'python',
    release: releaseOf(major, Number(found[2] ?? 0), Number(found[3] ?? 0)),
    stage: stageOf(found[4] ?? '', Number(found[5] ?? 0)),
  };
}

function stageOf(name: string, number: number): EngineVersion['stage'] {
  const stage = ['a', 'b', 'rc'].indexOf(name);
  return stage === -1 ? [3, 0] : [stage, number];
}

/** What is known of: for the reader of an error. */
export const knownEngines = '1.5 to 1.12 (1.13 and 1.14 compare as 1.12), and 2';

/** Whether a text names a dbt whose comparison is known: `1.5` to `1.14`, `2.…`, or a dated release. */
export function isKnownEngine(text: string): boolean {
  const found = /^(\d{1,4})(?:\.(\d{1,4})(?:[.-]?[\da-z+][\w.+-]*)?)?$/i.exec(text);
  if (found === null) return false;
  const [major, minor] = [Number(found[1]), Number(found[2] ?? Number.NaN)];
  return major === 1 ? minor >= 5 && minor <= 14 : major === 2 || datedTracks.some(([year]) => major === year);
}

/** The default of `state_modified_compare_more_unrendered_values`: on from 1.12.0rc2; the Rust engine has no other way. */
export function moreUnrenderedByDefault(engine: EngineVersion): boolean {
  const [stage, number] = engine.stage;
  const isFinal = stage === 3 || (stage === 2 && number >= 2);
  const release = releaseOf(1, 12, 0);
  return engine.family === 'rust' || engine.release > release || (engine.release === release && isFinal);
}

/** Whether two releases are of one line, as 1.11.0 and 1.11.16 are. */
export function isSameLine(one: number, other: number): boolean {
  return Math.floor(one / 10_000) === Math.floor(other / 10_000);
}

function releaseOf(major: number, minor: number, patch: number): number {
  return (major * 10_000 + minor) * 10_000 + patch;
}
