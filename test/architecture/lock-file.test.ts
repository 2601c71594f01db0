import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly hasInstallScript?: boolean;
}

const read = (name: string) => JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')) as unknown;
const { packages } = read('package-lock.json') as { readonly packages: Readonly<Record<string, LockedPackage>> };
const manifest = read('package.json') as Readonly<Record<string, Readonly<Record<string, string>>>>;
const locked = Object.entries(packages).filter(([path]) => path !== '');
const pathsOf = (wrong: (entry: LockedPackage) => boolean) =>
  locked.filter(([, entry]) => wrong(entry)).map(([path]) => path);

describe('the lock file', () => {
  it('names no place to fetch from: packages come from the registry of whoever installs, by hash', () => {
    expect(locked.length).toBeGreaterThan(100);
    expect(pathsOf(({ resolved, link }) => resolved !== undefined || link === true)).toEqual([]);
  });

  it('pins a version and a SHA-512 hash of each package, but for the packages of other platforms', () => {
    const isOfOtherPlatform = ({ optional, os }: LockedPackage) =>
      optional === true && os !== undefined && !(os.length === 1 && os[0] === 'linux' && process.platform !== 'linux');
    expect(pathsOf(({ version }) => !/^\d+\.\d+\.\d+/.test(version ?? ''))).toEqual([]);
    expect(pathsOf((entry) => !/^sha512-/.test(entry.integrity ?? '') && !isOfOtherPlatform(entry))).toEqual([]);
  });

  it('lets no package run a script at its installation but the one that brings Node', () => {
    const scripts = pathsOf(({ hasInstallScript }) => hasInstallScript === true);
    const allowed = manifest['allowScripts'] as unknown as Readonly<Record<string, boolean>>;
    const names = scripts.map((path) => path.replace(/^.*node_modules\//, ''));
    expect(names.filter((name) => allowed[name] === undefined)).toEqual([]);
    expect(Object.keys(allowed).filter((name) => allowed[name])).toEqual(['node']);
  });
});

it('package.json names exact versions, and none of git, a URL or a folder', () => {
  const asked = { ...manifest['dependencies'], ...manifest['devDependencies'] };
  expect(Object.entries(asked).filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))).toEqual([]);
});
