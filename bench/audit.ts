// How long an exported audit log of 100,000 records takes to verify, and how much memory; the goal is 30 s.
// The rival of the same run is SHA-256 and Ed25519 alone over the same bytes: what no verifier can do without.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { auditLine, type ChainEnd, extendChain, preAuthEncoding } from '#core/audit';
import { checkLog } from '../src/cli/audit-lines.ts';
import { anAnalysed, aSigner, publicKeyOf } from '../test/support/audit.ts';

const records = Number(process.argv[2] ?? 100_000);
const goalSeconds = 30;
const folder = mkdtempSync(join(tmpdir(), 'weirkeeper-bench-'));
const path = join(folder, 'audit.jsonl');
try {
  await writeLog();
  const floor = await floorSeconds();
  const began = performance.now();
  const beganCpu = process.cpuUsage();
  const result = await checkLog(path, { keys: [publicKeyOf('first')] }, () => undefined);
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(beganCpu);
  const rss = process.resourceUsage().maxRSS / 1024;
  console.log(
    `${String(records)} records verified in ${seconds.toFixed(1)} s, ${((seconds / records) * 1e6).toFixed(0)} µs each; ${((user + system) / 1e6).toFixed(1)} s of CPU`,
  );
  console.log(
    `hashes and signatures alone: ${floor.toFixed(1)} s; ratio ${(seconds / floor).toFixed(2)}; largest memory ${rss.toFixed(0)} MB`,
  );
  const isMet = result.ok && result.records === records && seconds <= goalSeconds;
  const isGoalSize = records === 100_000;
  if (isGoalSize) console.log(`goal of ${String(goalSeconds)} s ${isMet ? 'met' : 'missed'}`);
  else console.log('the goal is for 100,000 records: nothing is said of it');
  process.exitCode = result.ok && (isMet || !isGoalSize) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function writeLog(): Promise<void> {
  const file = createWriteStream(path);
  const sealing = {
    repository: 'shop/warehouse',
    serverUrl: 'https://github.com',
    time: new Date(0),
    signer: aSigner(),
  };
  let last: (ChainEnd & { readonly keyId: string | null }) | null = null;
  for (let written = 0; written < records; ) {
    const { added } = extendChain(
      { last, known: new Map() },
      [anAnalysed({ reviewId: `r${String(written)}` })],
      sealing,
    );
    for (const record of added) {
      last = record;
      written += 1;
      if (!file.write(`${auditLine(record)}\n`)) await once(file, 'drain');
    }
  }
  file.end();
  await once(file, 'close');
}

async function floorSeconds(): Promise<number> {
  const { publicKey } = publicKeyOf('first');
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  const began = performance.now();
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const { payload, payloadType, signatures } = JSON.parse(line) as {
      payload: string;
      payloadType: string;
      signatures: readonly { readonly sig: string }[];
    };
    const bytes = Buffer.from(payload, 'base64');
    createHash('sha256').update(bytes).digest();
    verify(null, preAuthEncoding(payloadType, bytes), key, Buffer.from(signatures[0]?.sig ?? '', 'base64'));
  }
  return (performance.now() - began) / 1000;
}
