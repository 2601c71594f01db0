import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where what comes from outside is kept. */
export const conformanceCache = process.env['WEIRKEEPER_CACHE'] ?? join(tmpdir(), 'weirkeeper-conformance');

/** sqlglot from PyPI, in a virtual environment, and the source of the same version, which has the cases. */
export function installSqlglot(): { readonly python: string; readonly sources: string; readonly version: string } {
  const venv = join(conformanceCache, 'venv-sqlglot');
  const binary = join(venv, 'bin/python');
  const folder = join(conformanceCache, 'sqlglot-source');
  if (!existsSync(binary)) {
    mkdirSync(conformanceCache, { recursive: true });
    execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' });
    execFileSync(join(venv, 'bin/pip'), ['install', '--quiet', 'sqlglot'], { stdio: 'inherit' });
  }
  const found = execFileSync(binary, ['-c', 'import importlib.metadata as m; print(m.version("sqlglot"))'], {
    encoding: 'utf8',
  }).trim();
  if (!existsSync(join(folder, `sqlglot-${found}`))) {
    mkdirSync(folder, { recursive: true });
    const what = ['download', '--quiet', '--no-deps', '--no-binary', ':all:', '--dest', folder, `sqlglot==${found}`];
    execFileSync(join(venv, 'bin/pip'), what, { stdio: 'inherit' });
    const archive = readdirSync(folder).find((name) => name.endsWith('.tar.gz')) ?? '';
    execFileSync('tar', ['xzf', join(folder, archive), '-C', folder], { stdio: 'inherit' });
  }
  return { python: binary, sources: join(folder, `sqlglot-${found}`), version: found };
}
