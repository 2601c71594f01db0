import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { type Reason, reason } from '#core/base';
import type { ArtifactDigest } from '#core/change';
import type { ArtifactAnswer } from '#review';
import { gunzip } from './inflate.ts';
import type { ReadLimits } from './limits.ts';

type ArtifactName = ArtifactDigest['name'];

/** The files that a review reads, in the order in which they are named everywhere. */
export const artifactNames: readonly ArtifactName[] = [
  'manifest.json',
  'catalog.json',
  'run_results.json',
  'weirkeeper-evidence.json',
];

/** All names under which such a file may lie. */
export const wantedNames: readonly string[] = artifactNames.flatMap((name) => [name, `${name}.gz`]);

export interface SetOrigin {
  /** `workflow artifact dbt-head of run 77`: where the files came from. */
  readonly origin: string;
  readonly stale: Reason | null;
  readonly limits: ReadLimits;
  /** What to do when there is no manifest. */
  readonly remedy: string;
}

/**
 * The set made of these files, by base name, each plain or gzip. Fails when there is no manifest, or when a file that is
 * there cannot be inflated or is not UTF-8; whether the text is JSON is judged by those who read it.
 */
export async function toArtifactSet(
  files: ReadonlyMap<string, Uint8Array>,
  origin: SetOrigin,
): Promise<ArtifactAnswer> {
  const found = new Map<ArtifactName, Uint8Array>();
  const digests: ArtifactDigest[] = [];
  let left = origin.limits.totalBytes;
  for (const name of artifactNames) {
    const read = await readOne(files, name, { ...origin, left });
    if (read === null) continue;
    if ('reason' in read) return { ok: false, reason: read.reason };
    left -= read.bytes.byteLength;
    found.set(name, read.bytes);
    digests.push({ name, sha256: createHash('sha256').update(read.bytes).digest('hex') });
  }
  const manifest = found.get('manifest.json');
  const evidence = found.get('weirkeeper-evidence.json');
  if (manifest === undefined) return { ok: false, reason: noManifest(origin) };
  return {
    ok: true,
    set: {
      manifest,
      catalog: found.get('catalog.json') ?? null,
      runResults: found.get('run_results.json') ?? null,
      evidence: evidence === undefined ? null : Buffer.from(evidence).toString('utf8'),
      digests,
      origin: origin.origin,
      stale: origin.stale,
      manifestName: `manifest.json in ${origin.origin}`,
    },
  };
}

type Read = { readonly bytes: Uint8Array } | { readonly reason: Reason };

async function readOne(
  files: ReadonlyMap<string, Uint8Array>,
  name: ArtifactName,
  { origin, limits, left }: SetOrigin & { readonly left: number },
): Promise<Read | null> {
  const plain = files.get(name);
  if (plain !== undefined) return asText(plain, `${name} in ${origin}`);
  const compressed = files.get(`${name}.gz`);
  if (compressed === undefined) return null;
  const place = `${name}.gz in ${origin}`;
  const answer = await gunzip(compressed, place, { limits, left, compressed: compressed.byteLength });
  return answer.ok ? asText(answer.bytes, place) : answer;
}

function asText(bytes: Uint8Array, place: string): Read {
  if (isUtf8(bytes)) return { bytes };
  const remedy = 'give the file as dbt wrote it, not re-encoded';
  return { reason: reason('artifact-not-text', `${place} is not UTF-8 text`, remedy) };
}

function noManifest({ origin, remedy }: SetOrigin): Reason {
  return reason('no-manifest', `there is no manifest.json in ${origin}`, remedy);
}
