import { createHash } from 'node:crypto';
import { type Reason, reason, type Sha } from '#core/base';
import type { PullRequest } from '#core/change';
import type { ArtifactSettings } from '#core/policy';
import type { ArtifactAnswer, ReviewRequest, WorkflowArtifact, WorkflowArtifacts } from '#review';
import type { ArtifactSource } from './artifact-source.ts';
import { type Choice, chooseBase, chooseHead } from './choose-artifact.ts';
import { inMegabytes } from './inflate.ts';
import { type ReadLimits, standardLimits } from './limits.ts';
import { commitOf } from './side-commit.ts';
import { toArtifactSet, wantedNames } from './to-artifact-set.ts';
import { readZip } from './zip.ts';

type Names = Pick<ArtifactSettings, 'baseName' | 'headName'>;

/** Artifacts that the repository's own CI uploaded to GitHub Actions. */
export function workflowArtifacts(
  workflow: WorkflowArtifacts,
  names: Names,
  limits: ReadLimits = standardLimits,
): ArtifactSource {
  return {
    fetch: async (side, request, pullRequest) => {
      const choice =
        side === 'head'
          ? await findHead(workflow, names.headName, request)
          : await findBase(workflow, names.baseName, { request, pullRequest });
      return choice.found ? readArtifact(workflow, choice, { request, limits }) : { ok: false, reason: choice.reason };
    },
  };
}

async function findHead(workflow: WorkflowArtifacts, name: string, request: ReviewRequest): Promise<Choice> {
  const repository = await workflow.readRepository(request);
  const list = await workflow.listArtifacts(request, name);
  return chooseHead(list, { name, repositoryId: repository.id, headSha: request.headSha });
}

async function findBase(
  workflow: WorkflowArtifacts,
  name: string,
  { request, pullRequest }: { readonly request: ReviewRequest; readonly pullRequest: PullRequest | null },
): Promise<Choice> {
  const repository = await workflow.readRepository(request);
  const list = await workflow.listArtifacts(request, name);
  const baseSha = commitOf('base', request, pullRequest);
  const choice = chooseBase(list, {
    name,
    repositoryId: repository.id,
    headSha: request.headSha,
    baseSha,
    branches: [...(pullRequest === null ? [] : [pullRequest.baseRef]), repository.defaultBranch],
  });
  if (!choice.found || choice.standsIn === null) return choice;
  return { ...choice, stale: await explainStale(workflow, request, { ...choice.standsIn, baseSha }) };
}

/** "Stale base", said aloud: how far what stands in is from the commit that was wanted. */
async function explainStale(
  workflow: WorkflowArtifacts,
  request: ReviewRequest,
  { sha, branch, baseSha }: { readonly sha: string; readonly branch: string; readonly baseSha: Sha | null },
): Promise<Reason> {
  const remedy = `run the workflow that uploads the base artifact on ${branch}, then ask for the review again`;
  if (baseSha === null) {
    const text = `the base is the newest artifact of branch ${branch}, commit ${short(sha)}: the merge base is not known`;
    return reason('stale-base', text, remedy);
  }
  const behind = await workflow.countCommits(request, sha, baseSha);
  const ahead = behind === 0 ? await workflow.countCommits(request, baseSha, sha) : 0;
  const text = `the base artifact is of commit ${short(sha)} of ${branch}, ${distance(behind, ahead)} the merge base ${short(baseSha)}`;
  return reason('stale-base', text, remedy);
}

function distance(behind: number | null, ahead: number | null): string {
  if (behind === null || ahead === null) return 'without common history with';
  if (behind > 0) return `${commits(behind)} before`;
  return `${commits(ahead)} after`;
}

function commits(count: number): string {
  return count === 1 ? '1 commit' : `${count} commits`;
}

function short(sha: string): string {
  return sha.slice(0, 7);
}

async function readArtifact(
  workflow: WorkflowArtifacts,
  { artifact, origin, stale }: Extract<Choice, { readonly found: true }>,
  { request, limits }: { readonly request: ReviewRequest; readonly limits: ReadLimits },
): Promise<ArtifactAnswer> {
  if (artifact.size > limits.zipBytes) return tooLarge(origin, limits);
  const zip = await workflow.downloadArtifact(request, artifact.id, limits.zipBytes);
  if (zip === 'too-large') return tooLarge(origin, limits);
  if (zip === 'gone') {
    return { ok: false, reason: reason('artifact-expired', `${origin} has expired`, 'run its workflow again') };
  }
  if (!digestMatches(zip, artifact)) {
    const text = `${origin} is not what GitHub recorded when it was uploaded`;
    return {
      ok: false,
      reason: reason('artifact-digest', text, 'ask for the review again, or run the workflow again'),
    };
  }
  const answer = await readZip(zip, wantedNames, { place: origin, limits });
  if (!answer.ok) return answer;
  return toArtifactSet(answer.files, { origin, stale, limits, remedy: 'upload target/manifest.json in it' });
}

/** Uploads by upload-artifact before v4 have no digest; other algorithms than SHA-256 are not known to exist. */
function digestMatches(zip: Uint8Array, { digest }: WorkflowArtifact): boolean {
  const expected = /^sha256:([0-9a-f]{64})$/i.exec(digest ?? '')?.[1];
  return expected === undefined || createHash('sha256').update(zip).digest('hex') === expected.toLowerCase();
}

function tooLarge(origin: string, limits: ReadLimits): ArtifactAnswer {
  const text = `${origin} is larger than ${inMegabytes(limits.zipBytes)}`;
  return { ok: false, reason: reason('artifact-too-large', text, 'upload only the JSON files that dbt wrote') };
}
