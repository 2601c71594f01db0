import { type Reason, reason, type Sha } from '#core/base';
import type { WorkflowArtifact, WorkflowArtifacts } from '#review';

type List = Awaited<ReturnType<WorkflowArtifacts['listArtifacts']>>;
type Run = NonNullable<WorkflowArtifact['run']>;
/** An artifact whose workflow run is known. */
type RunArtifact = WorkflowArtifact & { readonly run: Run };

export type Choice =
  | {
      readonly found: true;
      readonly artifact: WorkflowArtifact;
      /** For the reader: `workflow artifact dbt-head of run 77`. */
      readonly origin: string;
      readonly stale: Reason | null;
      /** Set when the artifact is of another commit than the one that was wanted. */
      readonly standsIn: { readonly sha: string; readonly branch: string } | null;
    }
  | { readonly found: false; readonly reason: Reason };

export interface HeadWish {
  readonly name: string;
  readonly repositoryId: number;
  readonly headSha: Sha;
}

export interface BaseWish extends HeadWish {
  /** The merge base; null when it is not known. */
  readonly baseSha: Sha | null;
  /** Branches whose newest artifact may stand in, the preferred one first. */
  readonly branches: readonly string[];
}

/** The newest artifact of the head commit. One that a fork's commit made is taken: a head is hostile in any case. */
export function chooseHead(list: List, { name, repositoryId, headSha }: HeadWish): Choice {
  const ofHead = withRun(list).filter(({ run }) => run.repositoryId === repositoryId && run.headSha === headSha);
  const artifact = ofHead.find((candidate) => !candidate.expired);
  if (artifact !== undefined) return exactly(artifact, `workflow artifact ${name} of run ${artifact.run.id}`);
  return ofHead.length > 0 ? expired(name, headSha) : absent(list, name, `commit ${short(headSha)}`);
}

/**
 * The artifact of the merge base; else one that the pull request's own workflow made for its base; else the newest of
 * the base branch, which `standsIn`. None that a fork's commit made is taken: whoever writes the base decides what
 * counts as a change.
 */
export function chooseBase(list: List, wish: BaseWish): Choice {
  const { name, repositoryId, headSha, baseSha } = wish;
  const all = withRun(list);
  const own = all.filter(({ run }) => run.repositoryId === repositoryId && run.headRepositoryId === repositoryId);
  const live = own.filter((artifact) => !artifact.expired);
  const ofBase = live.find(({ run }) => run.headSha === baseSha);
  if (ofBase !== undefined) return exactly(ofBase, `workflow artifact ${name} of run ${ofBase.run.id}`);
  const ofHead = live.find(({ run }) => run.headSha === headSha);
  if (ofHead !== undefined) {
    return exactly(
      ofHead,
      `workflow artifact ${name} of run ${ofHead.run.id}, made by the pull request's own workflow`,
    );
  }
  const standIn = newestOf(live, wish.branches);
  if (standIn !== undefined) {
    const { id, headSha: sha, headBranch: branch } = standIn.run;
    const origin = `workflow artifact ${name} of run ${id} on ${branch}`;
    return { found: true, artifact: standIn, origin, stale: null, standsIn: { sha, branch } };
  }
  if (own.length > 0) return expired(name, baseSha ?? headSha);
  if (all.some(({ run }) => run.headSha === headSha)) return ofForkOnly(name, wish.branches);
  return absent(
    list,
    name,
    `the merge base ${baseSha === null ? '' : short(baseSha)} or branch ${wish.branches.join(', ')}`,
  );
}

function withRun({ artifacts }: List): readonly RunArtifact[] {
  return artifacts.filter((artifact): artifact is RunArtifact => artifact.run !== null).sort((a, b) => b.id - a.id);
}

function newestOf(artifacts: readonly RunArtifact[], branches: readonly string[]): RunArtifact | undefined {
  for (const branch of branches) {
    const found = artifacts.find(({ run }) => run.headBranch === branch);
    if (found !== undefined) return found;
  }
  return undefined;
}

function exactly(artifact: WorkflowArtifact, origin: string): Choice {
  return { found: true, artifact, origin, stale: null, standsIn: null };
}

function absent({ complete }: List, name: string, where: string): Choice {
  const among = complete ? '' : ' among the newest 500 of that name';
  const text = `there is no workflow artifact ${name} of ${where}${among}`;
  const remedy = `let the workflow upload target/manifest.json, catalog.json and run_results.json as ${name}`;
  return { found: false, reason: reason('no-artifact', text, remedy) };
}

function expired(name: string, sha: Sha): Choice {
  const text = `the workflow artifact ${name} of commit ${short(sha)} has expired`;
  return { found: false, reason: reason('artifact-expired', text, 'run its workflow again') };
}

function ofForkOnly(name: string, branches: readonly string[]): Choice {
  const text = `the only workflow artifact ${name} was made by a commit of a fork, which must not say what the base is`;
  const remedy = `let the workflow upload ${name} on pushes to ${branches[0] ?? 'the default branch'}`;
  return { found: false, reason: reason('no-artifact', text, remedy) };
}

function short(sha: string): string {
  return sha.slice(0, 7);
}
