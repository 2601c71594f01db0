/** What happens on GitHub, one thing after another; `pull` is the number of a pull request that is open by then. */
export type Step =
  | { readonly kind: 'open' }
  | { readonly kind: 'push' | 'close' | 'comment'; readonly pull: number }
  /** An earlier delivery comes once more: under its own id, as GitHub sends it again, or under another. */
  | { readonly kind: 'again'; readonly earlier: number; readonly sameId: boolean };

/**
 * A story of so many deliveries, the same for the same dice. Of a hundred steps 1 opens a pull request, 2 push to one (two
 * deliveries each), 47 are comments that ask for nothing, 50 bring earlier deliveries again; a tenth of the pull requests is closed.
 */
export function tellStory(deliveries: number, dice: () => number): readonly Step[] {
  const steps: Step[] = [];
  const open: number[] = [];
  let opened = 0;
  let told = 0;
  let again = 0;
  while (told + again < deliveries) {
    const chance = open.length < 2 ? 0 : dice();
    const at = Math.floor(dice() * open.length);
    if (chance < 0.01) {
      open.push((opened += 1));
      steps.push({ kind: 'open' });
    } else if (chance < 0.5) {
      const kind = chance < 0.03 ? 'push' : chance < 0.031 ? 'close' : 'comment';
      steps.push({ kind, pull: open[at] ?? 0 });
      if (kind === 'close') open.splice(at, 1);
      told += kind === 'push' ? 1 : 0;
    } else {
      steps.push({ kind: 'again', earlier: Math.floor(dice() * told), sameId: dice() < 0.6 });
      again += 1;
      continue;
    }
    told += 1;
  }
  return steps;
}
