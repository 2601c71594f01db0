/** Where a repository keeps its policy. It is read from the base branch only. */
export const POLICY_PATH = '.github/weirkeeper.yml';

/** Where an author may declare what a change does to rows; read from head. */
export const EXPECT_PATH = '.github/weirkeeper-expect.yml';
