import { git } from './git.ts';
import { limits } from './limits.ts';

type FileStatus = 'added' | 'removed' | 'modified' | 'renamed' | 'copied' | 'changed';
export type Side = 'LEFT' | 'RIGHT';

/** One file of a diff, as `diff-entry` of GitHub's REST API has it. */
export interface ChangedFile {
  readonly sha: string;
  readonly filename: string;
  readonly previousFilename: string | null;
  readonly status: FileStatus;
  readonly additions: number;
  readonly deletions: number;
  /** Missing for binary files and for diffs over the limits. */
  readonly patch: string | null;
  readonly hunks: readonly Hunk[];
}

/** The lines a comment may lie on: what the hunk shows, context included. */
export interface Hunk {
  readonly text: string;
  readonly left: ReadonlySet<number>;
  readonly right: ReadonlySet<number>;
}

const statuses: Readonly<Record<string, FileStatus>> = {
  A: 'added',
  C: 'copied',
  D: 'removed',
  M: 'modified',
  R: 'renamed',
  T: 'changed',
};

interface RawEntry {
  readonly status: FileStatus;
  readonly sha: string;
  readonly path: string;
  readonly previous: string | null;
}

/** The files two commits differ in, from `git diff` with rename detection. */
export async function diffFiles(directory: string, from: string, to: string): Promise<readonly ChangedFile[]> {
  const range = ['-M', '--no-abbrev', '--full-index', from, to];
  const listing = (await git(directory, ['diff', '--raw', '--numstat', '-z', ...range])).toString();
  const patches = splitPatches(
    (await git(directory, ['diff', '--no-ext-diff', '--no-textconv', '-p', ...range])).toString(),
  );
  const tokens = listing.split('\0');
  const entries = takeRawEntries(tokens);
  const counts = takeCounts(tokens);
  const budget = { lines: limits.patchLinesTotal.value, bytes: limits.patchBytesTotal.value };
  let next = 0;
  return entries.map((entry, index) => {
    const whole = patches[next] ?? null;
    // A change of type is printed as a removal and an addition.
    next += entry.status === 'changed' ? 2 : 1;
    const patch = withinLimits(whole, budget);
    const { additions, deletions } = counts[index] ?? { additions: 0, deletions: 0 };
    return {
      sha: entry.sha,
      filename: entry.path,
      previousFilename: entry.previous,
      status: entry.status,
      additions,
      deletions,
      patch,
      hunks: patch === null ? [] : parseHunks(patch),
    };
  });
}

/** Consumes the `:mode mode sha sha status` part of a NUL-separated listing. */
function takeRawEntries(tokens: string[]): readonly RawEntry[] {
  const entries: RawEntry[] = [];
  while (tokens[0]?.startsWith(':') === true) {
    const fields = (tokens.shift() ?? '').split(' ');
    const letter = (fields[4] ?? 'M').charAt(0);
    const status = statuses[letter] ?? 'modified';
    const first = tokens.shift() ?? '';
    const moved = letter === 'R' || letter === 'C';
    const path = moved ? (tokens.shift() ?? '') : first;
    const sha = (status === 'removed' ? fields[2] : fields[3]) ?? '';
    entries.push({ status, sha, path, previous: moved ? first : null });
  }
  return entries;
}

function takeCounts(tokens: string[]): readonly { readonly additions: number; readonly deletions: number }[] {
  const counts: { readonly additions: number; readonly deletions: number }[] = [];
  while (tokens.length > 0) {
    const [additions = '', deletions = '', path = ''] = (tokens.shift() ?? '').split('\t');
    if (additions === '' && deletions === '') {
      continue;
    }
    if (path === '') {
      tokens.splice(0, 2);
    }
    // A binary file counts "-".
    counts.push({ additions: Number(additions) || 0, deletions: Number(deletions) || 0 });
  }
  return counts;
}

/**
 * The part of each file's diff from its first hunk on; null when it has none. Content lines begin with
 * a space, a sign or a backslash, so a header is what follows a line feed bare (a carriage return or a
 * line separator inside a file is content).
 */
function splitPatches(text: string): readonly (string | null)[] {
  const parts = `\n${text}`.split('\ndiff --git ').slice(1);
  return parts.map((part) => {
    const start = part.indexOf('\n@@ ');
    return start === -1 ? null : part.slice(start + 1).replace(/\n$/, '');
  });
}

function withinLimits(patch: string | null, budget: { lines: number; bytes: number }): string | null {
  if (patch === null) {
    return null;
  }
  const lines = patch.split('\n').length;
  const bytes = Buffer.byteLength(patch);
  if (lines > limits.patchLinesPerFile.value || bytes > limits.patchBytesPerFile.value) {
    return null;
  }
  budget.lines -= lines;
  budget.bytes -= bytes;
  return budget.lines < 0 || budget.bytes < 0 ? null : patch;
}

function parseHunks(patch: string): readonly Hunk[] {
  const parts = patch.split(/\n(?=@@ -\d)/);
  return parts.map((text) => {
    const header = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(text);
    const left = new Set<number>();
    const right = new Set<number>();
    let oldLine = Number(header?.[1] ?? 1);
    let newLine = Number(header?.[2] ?? 1);
    for (const line of text.split('\n').slice(1)) {
      if (!line.startsWith('+') && !line.startsWith('\\')) {
        left.add(oldLine++);
      }
      if (!line.startsWith('-') && !line.startsWith('\\')) {
        right.add(newLine++);
      }
    }
    return { text, left, right };
  });
}
