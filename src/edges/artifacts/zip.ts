import { posix } from 'node:path';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { type Reason, reason } from '#core/base';
import { type BytesAnswer, inMegabytes, readInflated, refuse } from './inflate.ts';
import type { ReadLimits } from './limits.ts';

export type ZipAnswer =
  | { readonly ok: true; readonly files: ReadonlyMap<string, Uint8Array> }
  | { readonly ok: false; readonly reason: Reason };

/**
 * Those files of a zip whose base name is wanted, by base name; of several of one name, the one in the highest folder.
 * The zip is hostile: names that leave their folder refuse it as a whole, sizes are not believed but counted, and
 * nothing is written to disk. `place` names the zip for the reader.
 */
export async function readZip(
  zip: Uint8Array,
  wanted: readonly string[],
  { place, limits }: { readonly place: string; readonly limits: ReadLimits },
): Promise<ZipAnswer> {
  if (zip.byteLength > limits.zipBytes) return tooLarge(place, limits);
  try {
    const file = await fromBufferPromise(Buffer.from(zip.buffer, zip.byteOffset, zip.byteLength), {
      lazyEntries: true,
    });
    if (file.entryCount > limits.entries) return tooMany(place, file.entryCount, limits);
    return await readEntries(file, await chooseEntries(file, wanted), { place, limits });
  } catch (error) {
    return { ok: false, reason: notReadable(place, error) };
  }
}

async function chooseEntries(file: ZipFile, wanted: readonly string[]): Promise<ReadonlyMap<string, Entry>> {
  const chosen = new Map<string, Entry>();
  // Every entry is looked at, the unwanted too: yauzl throws at the first name that is absolute or climbs.
  for await (const entry of file.eachEntry()) {
    const name = posix.basename(entry.fileName);
    if (entry.fileName.endsWith('/') || !wanted.includes(name)) continue;
    const known = chosen.get(name);
    if (known === undefined || isHigher(entry.fileName, known.fileName)) chosen.set(name, entry);
  }
  return chosen;
}

function isHigher(path: string, than: string): boolean {
  const depth = path.split('/').length - than.split('/').length;
  return depth === 0 ? path < than : depth < 0;
}

async function readEntries(
  file: ZipFile,
  chosen: ReadonlyMap<string, Entry>,
  { place, limits }: { readonly place: string; readonly limits: ReadLimits },
): Promise<ZipAnswer> {
  const files = new Map<string, Uint8Array>();
  let left = limits.totalBytes;
  for (const [name, entry] of chosen) {
    const answer = await readEntry(file, entry, { place: `${name} in ${place}`, limits, left });
    if (!answer.ok) return answer;
    left -= answer.bytes.byteLength;
    files.set(name, answer.bytes);
  }
  return { ok: true, files };
}

async function readEntry(
  file: ZipFile,
  entry: Entry,
  { place, limits, left }: { readonly place: string; readonly limits: ReadLimits; readonly left: number },
): Promise<BytesAnswer> {
  const allowance = { limits, left, compressed: entry.compressedSize };
  const declared = refuse(entry.uncompressedSize, place, allowance);
  if (declared !== null) return { ok: false, reason: declared };
  if (!entry.canDecodeFileData()) {
    const text = `${place} is encrypted or compressed in an unknown way`;
    return { ok: false, reason: reason('artifact-broken', text, 'upload it with actions/upload-artifact') };
  }
  return readInflated(await file.openReadStreamPromise(entry), place, allowance);
}

function tooLarge(place: string, limits: ReadLimits): ZipAnswer {
  const text = `${place} is larger than ${inMegabytes(limits.zipBytes)}`;
  return { ok: false, reason: reason('artifact-too-large', text, 'upload only the JSON files that dbt wrote') };
}

function tooMany(place: string, count: number, limits: ReadLimits): ZipAnswer {
  const text = `${place} holds ${count} files, more than ${limits.entries}`;
  return { ok: false, reason: reason('artifact-too-many-files', text, 'upload only the JSON files that dbt wrote') };
}

/** yauzl's messages quote file names of the zip; of a name that climbs only the fact is told. */
function notReadable(place: string, error: unknown): Reason {
  const message = error instanceof Error ? error.message : '';
  if (/^(absolute path|invalid relative path|invalid characters in fileName)/.test(message)) {
    const text = `${place} holds a file whose name leads out of its folder`;
    return reason('artifact-unsafe-name', text, 'upload the files that dbt wrote, and nothing else');
  }
  const text = `${place} is not a zip file that can be read`;
  return reason('artifact-broken', text, 'upload it again: it was cut off or damaged');
}
