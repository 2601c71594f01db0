import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lockFolder } from '../../../src/edges/database/folder-lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weirkeeper-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function leaveLock(text: string): void {
  writeFileSync(join(folder, 'weirkeeper.lock'), text);
}

const mine = { pid: process.pid, host: hostname(), started: null, token: 'left-by-another' };

describe('lock of a data folder', () => {
  it.each([
    ['a process that is gone', { ...mine, pid: 2 ** 22 + 1 }],
    ['a process that had our own number, as in a container after a crash', mine],
  ])('is taken from %s', (_, holder) => {
    leaveLock(JSON.stringify(holder));
    const unlock = lockFolder(folder);
    expect(() => lockFolder(folder)).toThrow('in use by process');
    unlock();
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['a process that lives', { ...mine, pid: process.ppid }],
    ['a process on another host, which nobody can ask', { ...mine, pid: 2 ** 22 + 1, host: 'elsewhere' }],
  ])('is never taken from %s', (_, holder) => {
    leaveLock(JSON.stringify(holder));
    expect(() => lockFolder(folder)).toThrow(`in use by process ${holder.pid} on ${holder.host}`);
    expect(readdirSync(folder)).toEqual(['weirkeeper.lock']);
  });

  it('is not taken when it cannot be read', () => {
    leaveLock('{"pid":');
    expect(() => lockFolder(folder)).toThrow('in use by another process');
  });

  it('tells a later process of the same number from the one that left the lock', () => {
    if (process.platform !== 'linux') {
      console.info('not run: only Linux tells when a process was started');
      return;
    }
    leaveLock(JSON.stringify({ ...mine, pid: process.ppid, started: 'another-boot/1' }));
    lockFolder(folder)();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leaves a lock alone that is no longer its own', () => {
    const unlock = lockFolder(folder);
    leaveLock('of somebody else');
    unlock();
    expect(readdirSync(folder)).toEqual(['weirkeeper.lock']);
  });

  it('says what is wrong with a folder that cannot be made', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(() => lockFolder(join(file, 'data'))).toThrow(/cannot be used \(ENOTDIR\).*WEIRKEEPER_DATA_DIR/);
  });
});
