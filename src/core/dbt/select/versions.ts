import type { JsonValue } from '#core/base';
import { jsonEqual } from '#core/base';
import type { DbtNode } from '../project.ts';

export const versionKinds = ['latest', 'prerelease', 'old', 'none'] as const;

/** Whether a model is the latest of its versions, beyond it, behind it, or has no versions. */
export function matchesVersion(node: DbtNode, kind: (typeof versionKinds)[number]): boolean {
  const version = node.entry['version'] ?? null;
  const latest = node.entry['latest_version'] ?? null;
  switch (kind) {
    case 'none':
      return version === null;
    case 'latest':
      return version !== null && jsonEqual(version, latest);
    case 'prerelease':
      return Boolean(version) && Boolean(latest) && compareVersions(version, latest) > 0;
    case 'old':
      return Boolean(version) && Boolean(latest) && compareVersions(version, latest) < 0;
  }
}

/** As numbers where both can be read so, else as text. Source: dbt `UnparsedVersion.__lt__`. */
function compareVersions(a: JsonValue, b: JsonValue): number {
  if (typeof a === 'number' || typeof b === 'number') {
    const [left, right] = [Number(a), Number(b)];
    if (!Number.isNaN(left) && !Number.isNaN(right)) return left - right;
  }
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
