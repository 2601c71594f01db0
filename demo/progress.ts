/** A request of the App, as the GitHub double tells of it. */
interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** What a request means to a person, the first that fits. */
const meanings: readonly (readonly [method: string, path: RegExp, words: string])[] = [
  ['GET', /\/commits\/[^/]+\/pulls$/, 'finds the pull request of the workflow run'],
  ['POST', /\/check-runs$/, 'announces its check runs'],
  ['GET', /\/pulls\/\d+\/files$/, 'reads the pull request, its commits and its diff'],
  ['GET', /\/contents\/\.github\/weirkeeper\.yml$/, 'reads the policy on the base branch'],
  ['GET', /\/actions\/artifacts$/, 'looks for dbt artifacts of base and head'],
  ['GET', /\/actions\/artifacts\/\d+\/zip$/, 'downloads what it found'],
  ['PATCH', /\/check-runs\/\d+$/, 'publishes a conclusion for each gate'],
  ['POST', /\/issues\/\d+\/comments$/, 'writes its comment'],
  ['PATCH', /\/issues\/comments\/\d+$/, 'edits its comment'],
  ['POST', /\/pulls\/\d+\/reviews$/, 'comments on lines of the diff'],
  ['POST', /\/issues\/\d+\/labels$/, 'sets labels'],
];

/** Says what the App is doing, in the order in which it does it: each thing once until it is forgotten. */
export function createProgress(print: (line: string) => void): {
  readonly onRequest: (request: SeenRequest) => void;
  readonly startClock: () => void;
  readonly forget: () => void;
  readonly say: (words: string) => void;
} {
  let started = Date.now();
  const said = new Set<string>();
  const say = (words: string): void => {
    print(`  ${((Date.now() - started) / 1000).toFixed(1).padStart(5)} s  ${words}`);
  };
  return {
    say,
    startClock: () => {
      started = Date.now();
      said.clear();
    },
    forget: () => {
      said.clear();
    },
    onRequest: ({ method, path }) => {
      const words = meanings.find(([wanted, pattern]) => wanted === method && pattern.test(path))?.[2];
      if (words === undefined || said.has(words)) return;
      said.add(words);
      say(`the App ${words}`);
    },
  };
}
