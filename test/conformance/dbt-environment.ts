import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where what is expensive to make is kept between runs: WEIRKEEPER_CACHE, else the folder for temporary files. */
export const cache = process.env['WEIRKEEPER_CACHE'] ?? join(tmpdir(), 'weirkeeper-conformance');

/** The Python environment with dbt of this version, made when `install` is set; null, and a line that says so, without it. */
export function environmentOf(version: string, install: boolean): string | null {
  const venv = join(cache, `venv-${version}`);
  if (existsSync(join(venv, 'bin/dbt'))) return venv;
  if (!install) {
    console.log(`dbt ${version} skipped: ${venv} is not there (--install makes it)`);
    return null;
  }
  execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' });
  const packages =
    version === '2'
      ? ['--only-binary', ':all:', '--pre', 'dbt>=2.0.0rc1']
      : ['--only-binary', 'dbt-core-experimental-parser', `dbt-core==${version}.*`, 'dbt-duckdb'];
  execFileSync(join(venv, 'bin/pip'), ['install', '--quiet', ...packages], { stdio: 'inherit' });
  return venv;
}
