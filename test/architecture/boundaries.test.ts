import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

interface Cruise {
  readonly modules: readonly {
    readonly source: string;
    readonly dependencies: readonly { readonly resolved: string }[];
  }[];
  readonly summary: {
    readonly violations: readonly {
      readonly rule: { readonly name: string };
      readonly from: string;
      readonly to: string;
    }[];
  };
}

function cruise(): Cruise {
  const output = execFileSync(
    'npx',
    ['depcruise', '--config', '.config/dependency-cruiser.mjs', '--output-type', 'json', 'src'],
    {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  return JSON.parse(output) as Cruise;
}

describe('who may import whom', () => {
  const { modules, summary } = cruise();

  it('is checked over every file of src: the checker reads nothing at all under a compiler it does not know', () => {
    const onDisk = readdirSync('src', { recursive: true, encoding: 'utf8' })
      .map((path) => `src/${path.replaceAll('\\', '/')}`)
      .filter((path) => path.endsWith('.ts') || path.endsWith('.mjs'));
    const seen = new Set(modules.map(({ source }) => source));
    expect(onDisk.filter((path) => !seen.has(path))).toEqual([]);
    expect(onDisk.length).toBeGreaterThan(100);
  });

  it('holds', () => {
    expect(summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual([]);
  });
});
