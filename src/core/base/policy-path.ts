/** Where a repository keeps its policy. It is read from the base branch only. */
export const POLICY_PATH = '.github/weirkeeper.yml';
