/** A Mermaid graph of the areas of src and the imports between them, from the imports of their modules. */
export function picture(imports: readonly { readonly from: string; readonly to: string }[]): string {
  const edges = new Set<string>();
  for (const { from, to } of imports) {
    const [source, target] = [areaOf(from), areaOf(to)];
    if (source !== null && target !== null && source !== target) edges.add(`${source} --> ${target}`);
  }
  const areas = [...new Set([...edges].flatMap((edge) => edge.split(' --> ')))].sort();
  const tiers = ['core', 'review', 'edges', 'server', 'cli'].map((tier) => {
    const members = areas.filter((area) => area.split('/')[0] === tier).map((area) => `    ${nodeOf(area)}["${area}"]`);
    return members.length === 0 ? '' : [`  subgraph ${tier}_tier["${tier}"]`, ...members, '  end'].join('\n');
  });
  const lines = [...edges].sort().map((edge) => `  ${edge.split(' --> ').map(nodeOf).join(' --> ')}`);
  return ['```mermaid', 'graph LR', ...tiers.filter((tier) => tier !== ''), ...lines, '```', ''].join('\n');
}

function areaOf(path: string): string | null {
  return /^src\/((?:core|edges)\/[^/]+|review|server|cli)\//.exec(path)?.[1] ?? null;
}

function nodeOf(area: string): string {
  return area.replace(/[^a-z]/g, '_');
}
