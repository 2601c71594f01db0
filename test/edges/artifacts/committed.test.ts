import { describe, expect, it } from '@jest/globals';
import { RepositoryError, UpstreamError } from '#core/base';
import { type ArtifactSource, committedArtifacts } from '#edges/artifacts';
import type { PullRequests } from '#review';
import { headSha, mergeBaseSha, pullRequest, request } from './stage.ts';

function committed(readFile: PullRequests['readFile'], settings: { readonly path: string }): ArtifactSource {
  return committedArtifacts({ readFile }, settings);
}

describe('committed artifacts', () => {
  it.each([
    ['head', 'target', `target/manifest.json@${headSha}`],
    ['base', 'target/', `target/manifest.json@${mergeBaseSha}`],
    ['base', '', `manifest.json@${mergeBaseSha}`],
  ] as const)('of %s in %j are read at that side’s commit', async (side, path, asked) => {
    const read: string[] = [];
    const artifacts = committed(
      async (_request, file, sha) => {
        read.push(`${file}@${sha}`);
        return file.endsWith('manifest.json') ? '{}' : null;
      },
      { path },
    );
    expect(await artifacts.fetch(side, request, pullRequest)).toMatchObject({ ok: true });
    expect(read).toContain(asked);
    expect(read).toHaveLength(4);
  });

  it('stand on the tip of the base branch where there is no common history', async () => {
    const artifacts = committed(async (_request, _path, sha) => (sha === pullRequest.baseSha ? '{}' : null), {
      path: '',
    });
    expect(await artifacts.fetch('base', request, { ...pullRequest, mergeBaseSha: null })).toMatchObject({ ok: true });
  });

  it('have no base without a pull request', async () => {
    const artifacts = committed(async () => '{}', { path: '' });
    expect(await artifacts.fetch('base', request, null)).toMatchObject({ ok: false, reason: { code: 'no-artifact' } });
  });

  it('tell a file that GitHub does not give, and pass on that GitHub is down', async () => {
    const large = committed(async () => Promise.reject(new RepositoryError('file-too-large', 'above 100 MB')), {
      path: 't',
    });
    expect(await large.fetch('head', request, pullRequest)).toMatchObject({
      ok: false,
      reason: { code: 'file-too-large', text: 't/manifest.json: above 100 MB' },
    });
    const down = committed(async () => Promise.reject(new UpstreamError('github-unavailable', 'down')), {
      path: 't',
    });
    await expect(down.fetch('head', request, pullRequest)).rejects.toMatchObject({ name: 'UpstreamError' });
  });
});
