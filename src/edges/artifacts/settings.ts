/** Where a repository keeps its dbt artifacts, as its policy says. */
export interface ArtifactSettings {
  readonly source: 'workflow' | 'committed';
  /** Name of the workflow artifact of a commit of the base branch. */
  readonly baseName: string;
  /** Name of the workflow artifact of a pull request's head. */
  readonly headName: string;
  /** Folder in the repository that holds the committed files; '' is its root. */
  readonly path: string;
}

/** What holds where the policy says nothing. */
export const standardSettings: ArtifactSettings = {
  source: 'workflow',
  baseName: 'dbt-base',
  headName: 'dbt-head',
  path: 'target',
};
