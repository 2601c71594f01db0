// Asks the registry for known vulnerabilities of the locked packages. Exits 1 for one that is high or critical in what the App
// runs on. A registry that cannot tell fails nothing: the reason is printed, and nobody may read it as "none".
import { spawnSync } from 'node:child_process';

const { stdout } = spawnSync('npm', ['audit', '--json', '--omit=dev'], { encoding: 'utf8', timeout: 120_000 });
const answer = parse(stdout);
const counts = answer?.metadata?.vulnerabilities;
if (counts === undefined) {
  console.log(`not checked for known vulnerabilities: ${reasonIn(answer)}`);
  process.exit(0);
}
for (const [name, { severity, range }] of Object.entries(answer.vulnerabilities ?? {}))
  console.log(`${severity}: ${name} ${range}`);
const bad = (counts.high ?? 0) + (counts.critical ?? 0);
console.log(`known vulnerabilities: ${counts.total ?? 0}, of them high or critical: ${bad}`);
process.exit(bad > 0 ? 1 : 0);

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** npm's own message, without the address of the registry. */
function reasonIn(answer) {
  const message = answer?.message ?? answer?.error?.summary ?? 'npm gave no answer';
  return String(message).split('\n')[0].replace(/ - (?:GET|POST) \S+|https?:\/\/\S+/g, '');
}
