import type { ArtifactSettings } from '#core/policy';
import { plainLine } from './escape.ts';

/**
 * Lines for a GitHub Actions workflow that make and upload what a review needs, as YAML text: one upload, named for the
 * pull request's head or for the commit of the base branch that was built.
 */
export function workflowLines(names: {
  readonly headName: string;
  readonly baseName: string;
  readonly baseBranch: string;
}): string {
  return `on:
  pull_request:
  push:
    branches: [${JSON.stringify(inFence(names.baseBranch))}]
jobs:
  dbt:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          # the pull request's own commit, not GitHub's test merge of it
          ref: \${{ github.event.pull_request.head.sha || github.sha }}
      # set up dbt and its connection here
      - run: dbt build
      - run: dbt docs generate
        if: \${{ !cancelled() }}
      - uses: actions/upload-artifact@v4
        if: \${{ !cancelled() }}
        with:
          name: \${{ github.event_name == 'pull_request' && ${quoted(names.headName)} || ${quoted(names.baseName)} }}
          path: |
            target/manifest.json
            target/catalog.json
            target/run_results.json
`;
}

/** What to do so that the next review has its artifacts: lines of a workflow, or commands where files are committed. */
export function artifactLines(
  { source, baseName, headName, path }: ArtifactSettings,
  baseBranch: string | null,
): string {
  if (source === 'workflow') return workflowLines({ headName, baseName, baseBranch: baseBranch ?? 'main' }).trimEnd();
  const files = ['manifest.json', 'catalog.json', 'run_results.json'].map((name) => `${inFence(path)}/${name}`);
  return ['dbt build', 'dbt docs generate', `git add --force ${files.join(' ')}`].join('\n');
}

/** A text in a GitHub Actions expression: in single quotes, each of its own doubled. */
function quoted(name: string): string {
  return `'${inFence(name).replaceAll("'", "''")}'`;
}

/** A name on one line that cannot end the fence around it. */
function inFence(name: string): string {
  return plainLine(name, 200).replaceAll('`', "'");
}
