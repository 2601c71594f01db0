import type { DbtMacro, DbtProject } from '#core/dbt';
import { parseTemplate } from './parse-template.ts';
import type { MacroNode } from './template-tree.ts';

/** Macros of a project, by package and name; dbt's own packages under `dbt`. */
interface MacroIndex {
  readonly packages: ReadonlyMap<string, ReadonlyMap<string, DbtMacro>>;
  readonly root: string;
}

const indexes = new WeakMap<DbtProject, MacroIndex>();
const parsed = new WeakMap<DbtMacro, { readonly node: MacroNode | null }>();

/** Adapters whose macros stand in for those of another. Source: `dependencies` of each adapter's plugin. */
const parents: Readonly<Record<string, string>> = {
  redshift: 'postgres',
  materialize: 'postgres',
  alloydb: 'postgres',
  databricks: 'spark',
  synapse: 'fabric',
  sqlserver: 'fabric',
};

/** The adapter and those that it builds on, nearest first. */
function adaptersOf({ metadata }: DbtProject): readonly string[] {
  const found: string[] = [];
  let at = metadata.adapterType ?? undefined;
  while (at !== undefined && !found.includes(at)) {
    found.push(at);
    at = Object.hasOwn(parents, at) ? parents[at] : undefined;
  }
  return found;
}

function indexOf(project: DbtProject): MacroIndex {
  const known = indexes.get(project);
  if (known !== undefined) return known;
  const adapters = adaptersOf(project);
  // An adapter's macros stand before dbt's, and the nearest adapter's before its parents'.
  const internal = [...adapters.map((adapter) => `dbt_${adapter}`), 'dbt'];
  const packages = new Map<string, Map<string, DbtMacro>>();
  for (const macro of project.macros.values()) {
    const isInternal = internal.includes(macro.packageName);
    const name = isInternal ? 'dbt' : macro.packageName;
    const macros = packages.get(name) ?? new Map<string, DbtMacro>();
    const before = macros.get(macro.name);
    const rank = internal.indexOf(macro.packageName);
    if (before === undefined || (isInternal && rank < internal.indexOf(before.packageName)))
      macros.set(macro.name, macro);
    packages.set(name, macros);
  }
  const index = { packages, root: project.metadata.projectName ?? rootOf(project) };
  indexes.set(project, index);
  return index;
}

/** Manifests before v11 do not name the project: the package of most models stands for it only when it is the only one. */
function rootOf({ nodes }: DbtProject): string {
  const packages = new Set([...nodes.values()].map(({ packageName }) => packageName));
  return packages.size === 1 ? ([...packages][0] ?? '') : '';
}

/** Whether the manifest has macros of such a package. */
export function hasPackage(project: DbtProject, name: string): boolean {
  return indexOf(project).packages.has(name);
}

/** The macro that `package.name` means. */
export function packageMacro(project: DbtProject, packageName: string, name: string): DbtMacro | null {
  return indexOf(project).packages.get(packageName)?.get(name) ?? null;
}

/** The macro that a bare name means in a package: its own, else the root project's. */
export function projectMacro(project: DbtProject, packageName: string, name: string): DbtMacro | null {
  const { packages, root } = indexOf(project);
  const own =
    packageName === 'dbt' || packageName.startsWith('dbt_postgres') ? undefined : packages.get(packageName)?.get(name);
  return own ?? (root === 'dbt' ? null : (packages.get(root)?.get(name) ?? null));
}

/**
 * The macro that `adapter.dispatch` comes to. dbt writes it into the calling macro's `depends_on`; a root project may send dispatch
 * elsewhere, so where that does not name exactly one, and several packages have one, it is not told.
 */
export function dispatched(
  project: DbtProject,
  from: DbtMacro | null,
  name: string,
  namespace: string | null,
): DbtMacro | null {
  const suffix = `__${name}`;
  const named = (from?.dependsOnMacros ?? []).flatMap((id) => project.macros.get(id) ?? []);
  const resolved = named.filter(
    (macro) => macro.name.endsWith(suffix) && prefixes(project).includes(macro.name.slice(0, -suffix.length)),
  );
  if (resolved.length > 0) return resolved.length === 1 ? (resolved[0] ?? null) : null;
  return searched(project, name, namespace ?? from?.packageName ?? '');
}

function searched(project: DbtProject, name: string, namespace: string): DbtMacro | null {
  const { packages, root } = indexOf(project);
  const own = namespace.startsWith('dbt_') && !packages.has(namespace) ? 'dbt' : namespace;
  for (const prefix of prefixes(project)) {
    const wanted = `${prefix}__${name}`;
    const holders = [...packages].filter(([, macros]) => macros.has(wanted));
    if (holders.length > 1) return null;
    const macro = packages.get(root)?.get(wanted) ?? packages.get(own)?.get(wanted);
    if (macro !== undefined) return macro;
    if (holders.length > 0) return null;
  }
  return null;
}

function prefixes(project: DbtProject): readonly string[] {
  return [...adaptersOf(project), 'default'];
}

/** A macro of the manifest as a tree; null where its Jinja is beyond this renderer (materializations, tests, call blocks in it are not). */
export function macroTree(macro: DbtMacro): MacroNode | null {
  const known = parsed.get(macro);
  if (known !== undefined) return known.node;
  const nodes = parseTemplate(macro.macroSql)?.filter(({ kind }) => kind !== 'text') ?? [];
  const node = nodes.find((one) => one.kind === 'macro' && one.name === macro.name);
  const found = node?.kind === 'macro' ? node : null;
  parsed.set(macro, { node: found });
  return found;
}
