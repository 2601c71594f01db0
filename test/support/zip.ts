import { crc32, deflateRawSync } from 'node:zlib';

/** One file of a zip. What is not said is told truly; the `lie` fields make hostile archives. */
export interface ZipEntry {
  /** Written as it is: `../../etc/x`, `/etc/x`, `a\b` and empty names included. */
  readonly name: string;
  readonly content: string | Buffer;
  readonly method?: 'deflate' | 'store';
  /** Uncompressed size in the headers, whatever the content is. */
  readonly lieSize?: number;
  readonly lieCompressedSize?: number;
  readonly lieCrc?: number;
  /** Marks the entry as encrypted, without encrypting it. */
  readonly encrypted?: boolean;
  /** Unix mode in the external attributes, such as 0o120777 for a symbolic link. */
  readonly mode?: number;
}

const localSignature = 0x04034b50;
const centralSignature = 0x02014b50;
const endSignature = 0x06054b50;
const utf8Names = 0x0800;
const encryptedFlag = 0x0001;
const madeByUnix = 0x0314;
const versionNeeded = 20;
// 2026-03-02 in DOS form, so that the same entries give the same bytes.
const dosDate = ((2026 - 1980) << 9) | (3 << 5) | 2;

interface Written {
  readonly local: Buffer;
  readonly body: Buffer;
  readonly central: (offset: number) => Buffer;
}

/** A zip of the entries, in order; the same name may come twice. */
export function makeZip(entries: readonly ZipEntry[]): Buffer {
  const files = entries.map(write);
  const central: Buffer[] = [];
  let offset = 0;
  for (const file of files) {
    central.push(file.central(offset));
    offset += file.local.length + file.body.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(endSignature, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files.flatMap((file) => [file.local, file.body]), directory, end]);
}

/** A small zip that inflates to `bytes` zeros, told truly in the headers or as `lieSize`. */
export function makeZipBomb(name: string, bytes: number, lieSize?: number): Buffer {
  return makeZip([{ name, content: Buffer.alloc(bytes), ...(lieSize === undefined ? {} : { lieSize }) }]);
}

function write(entry: ZipEntry): Written {
  const content = Buffer.from(entry.content);
  const deflated = (entry.method ?? 'deflate') === 'deflate';
  const body = deflated ? deflateRawSync(content, { level: 9 }) : content;
  const name = Buffer.from(entry.name);
  const shared = Buffer.alloc(26);
  shared.writeUInt16LE(versionNeeded, 0);
  shared.writeUInt16LE(utf8Names | (entry.encrypted === true ? encryptedFlag : 0), 2);
  shared.writeUInt16LE(deflated ? 8 : 0, 4);
  shared.writeUInt16LE(dosDate, 8);
  shared.writeUInt32LE(entry.lieCrc ?? crc32(content), 10);
  shared.writeUInt32LE(entry.lieCompressedSize ?? body.length, 14);
  shared.writeUInt32LE(entry.lieSize ?? content.length, 18);
  shared.writeUInt16LE(name.length, 22);
  return {
    local: Buffer.concat([uint32(localSignature), shared, name]),
    body,
    central: (offset) => {
      const rest = Buffer.alloc(14);
      rest.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 6);
      rest.writeUInt32LE(offset, 10);
      return Buffer.concat([uint32(centralSignature), uint16(madeByUnix), shared, rest, name]);
    },
  };
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}

function uint16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16LE(value);
  return buffer;
}
