import type { Command } from 'commander';
import type { AuditCheck, LogEntry, PublicKey } from '#core/audit';
import { plural, RepositoryError } from '#core/base';
import { exportLog } from './audit-export.ts';
import { type GitFindings, openGit } from './audit-git.ts';
import { checkLog, readCheckpoints, readKeys } from './audit-lines.ts';
import { isAbout, showEntry } from './audit-show.ts';
import { EXIT } from './exit.ts';

interface VerifyFlags {
  readonly key?: string;
  readonly checkpoint?: string;
  readonly git?: string;
}

/** `weirkeeper audit …`: everything but `export` and `rotate-key` works offline, on the exported file. */
export function addAuditCommand(program: Command): void {
  const audit = program.command('audit').description('work with the audit log');
  audit
    .command('verify')
    .description('check an exported audit log, and name the first broken record')
    .argument('<file>', 'audit log as JSON Lines')
    .option('--key <file>', 'public keys that you trust: PEM, or the JSON of GET /keys')
    .option('--checkpoint <file>', 'checkpoints that you kept, one a line')
    .option('--git <path>', 'clone of the repository: its commits, policies and checkpoints are compared')
    .action((path: string, flags: VerifyFlags) => verify(path, flags));
  audit
    .command('show')
    .description('show what an exported audit log says of one pull request')
    .argument('<pr>', 'number, or owner/name#number')
    .argument('<file>', 'audit log as JSON Lines')
    .action((pull: string, path: string) => show(pull, path));
  audit
    .command('export')
    .description('write the audit log of DATABASE_URL or WEIRKEEPER_DATA_DIR to standard output')
    .option('--repository <name>', 'of this repository alone, owner/name')
    .action(({ repository }: { readonly repository?: string }) => exportLog(repository ?? null));
  audit
    .command('rotate-key')
    .description('make a new signing key in WEIRKEEPER_DATA_DIR; the next start signs the handover')
    .action(async () => {
      const { rotateKeyFile } = await import('#edges/signing');
      const { path, previousPath } = rotateKeyFile(process.env['WEIRKEEPER_DATA_DIR'] || './.weirkeeper/data');
      console.log(
        `${path} holds a new key. Restart the app; when it has said "signing key made known", destroy ${previousPath}.`,
      );
    });
}

async function verify(path: string, flags: VerifyFlags): Promise<void> {
  const keys = flags.key === undefined ? [] : readKeys(flags.key);
  const git = flags.git === undefined ? null : openGit(flags.git);
  const kept = flags.checkpoint === undefined ? [] : readCheckpoints(flags.checkpoint);
  const checkpoints = [...kept, ...(git?.checkpoints ?? [])];
  const result = await checkLog(path, { keys, checkpoints }, (entry) => git?.see(entry));
  if (!result.ok) {
    console.error(`${path}:${result.line}: record ${result.seq ?? '?'} is broken: ${result.reason}`);
    process.exitCode = EXIT.failed;
    return;
  }
  tell(path, { result, keys, compared: git?.conclude() ?? null });
}

function tell(path: string, { result, keys, compared }: Checked): void {
  const faults = compared?.faults ?? [];
  console.log(`${path}: ${plural(result.records, 'record')}, chain intact`);
  for (const line of [...chainLines(result), ...gitLines(compared), ...limitLines({ result, keys, compared })])
    console.log(line);
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = EXIT.failed;
}

type Intact = Extract<AuditCheck, { readonly ok: true }>;

function chainLines({ chains }: Intact): readonly string[] {
  return chains.map(({ repository, seq, digest, root, unsigned, keyIds, checkpoints }) => {
    const signers = keyIds.length === 0 ? 'not signed' : `signed by ${keyIds.map((id) => id.slice(0, 12)).join(', ')}`;
    const old = unsigned === 0 || keyIds.length === 0 ? '' : `, the first ${unsigned} of the old, unsigned form`;
    const held =
      checkpoints.length === 0
        ? 'no checkpoint'
        : `agrees with ${plural(checkpoints.length, 'checkpoint')}, the last at record ${checkpoints.at(-1) ?? 0}`;
    return `  ${repository}: ${plural(seq, 'record')}, ${signers}${old}; ${held}; last sha256:${digest.slice(0, 12)}, root ${root.slice(0, 12)}`;
  });
}

function gitLines(compared: GitFindings | null): readonly string[] {
  if (compared === null) return [];
  const { heads, policies, approvals, faults } = compared;
  const end = faults.length === 0 ? 'all agree' : `${faults.length} do not agree`;
  return [
    `  git: ${plural(heads, 'commit')}, ${plural(policies, 'policy digest')} and ${plural(approvals, 'approval')} compared; ${end}`,
  ];
}

interface Checked {
  readonly result: Intact;
  readonly keys: readonly PublicKey[];
  readonly compared: GitFindings | null;
}

/** What this run could not show, said each time: a check that looks complete and is not does harm. */
function limitLines({ result, keys, compared }: Checked): readonly string[] {
  const open = result.chains.filter(({ seq, checkpoints }) => checkpoints.at(-1) !== seq);
  return [
    'Not proven:',
    ...(keys.length === 0 ? ['  - who signed: the keys are those that the log names itself; give --key'] : []),
    ...open.map(
      ({ repository, seq, checkpoints }) =>
        `  - that ${repository} ends at record ${seq}: records after ${checkpoints.at(-1) ?? 0} may have been cut off or signed anew; give --checkpoint or --git`,
    ),
    ...(compared === null ? ['  - that commits and policies are those of the repository; give --git'] : []),
    '  - that approvals are what GitHub showed: git does not hold them',
    '  - that no event was left out before it was recorded, that the clock was right, that an LLM wrote what is called its reply',
  ];
}

async function show(pull: string, path: string): Promise<void> {
  const [, repository = null, number = ''] = /^(?:([\w.-]+\/[\w.-]+)#)?(\d+)$/.exec(pull) ?? [];
  if (number === '') throw new RepositoryError('no-pull-request', `${pull}: is neither a number nor owner/name#number`);
  const entries: LogEntry[] = [];
  const result = await checkLog(path, {}, (entry) => {
    if (isAbout(entry, repository, Number(number))) entries.push(entry);
  });
  for (const entry of entries) console.log([entry.repository, ...showEntry(entry)].join('\n'));
  if (entries.length === 0) console.error(`${path}: says nothing of ${pull}`);
  if (!result.ok)
    console.error(
      `${path}:${result.line}: record ${result.seq ?? '?'} is broken: ${result.reason}; what is shown stands before it`,
    );
  if (!result.ok || entries.length === 0) process.exitCode = EXIT.failed;
}
