// npm leaves other platforms' optional packages out of the lock file where the registry it asked does not
// list them, and `npm ci` then refuses the file. This adds the missing entries; run it after every change
// of dependencies. With --check it changes nothing and exits 1 when an entry is missing.
import { readFileSync, writeFileSync } from 'node:fs';

const lockPath = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(lockPath, 'utf8'));
const check = process.argv.includes('--check');
const missing = [];

for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (!isPresent(path, name)) missing.push({ name, version, path });
  }
}
if (check) {
  for (const { name, path } of missing) console.error(`package-lock.json lacks ${name}, wanted by ${path}`);
  process.exit(missing.length > 0 ? 1 : 0);
}
for (const { name, version } of missing) {
  lock.packages[`node_modules/${name}`] ??= { version, optional: true, ...platformOf(name) };
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
if (missing.length > 0) writeFileSync(lockPath, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`package-lock.json: ${missing.length} optional entries added`);

/** Whether `name` resolves from the package at `path`, looking in each enclosing node_modules. */
function isPresent(path, name) {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (lock.packages[at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`]) return true;
    if (at === '') return false;
    if (!at.includes('/node_modules/')) at = '/node_modules/';
  }
}

/** `os`, `cpu` and `libc` as the package's name tells them: platform packages are named for both by convention. */
function platformOf(name) {
  const os = name.match(/android|darwin|freebsd|netbsd|openbsd|openharmony|linux|sunos|aix|win32/)?.[0];
  const cpu = name.match(/arm64|arm|x64|ia32|ppc64|riscv64|s390x|loong64|mips64el|wasm32/)?.[0];
  const libc = /musl/.test(name) ? 'musl' : /-gnu/.test(name) ? 'glibc' : undefined;
  return { ...(os && { os: [os] }), ...(cpu && { cpu: [cpu] }), ...(libc && { libc: [libc] }) };
}
