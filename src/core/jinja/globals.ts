import { isBuiltin } from './builtins.ts';
import { hasPackage, packageMacro, projectMacro } from './macros.ts';
import { relationPart } from './methods.ts';
import { relationOf } from './relations.ts';
import type { Frame } from './state.ts';
import { isDict, orElse, undefinedValue, unknown, type Value } from './value.ts';

/** dbt's objects of which at least one member is known. */
const objects: ReadonlySet<string> = new Set(['adapter', 'api', 'builtins', 'config', 'exceptions', 'target']);

/**
 * What a name means that is no variable, in dbt's order: a macro of the own package or of the project, one of dbt's own names, one of
 * dbt's macros, a package. Source: dbt `context/macros.py`, `context/providers.py`.
 */
export function findGlobal(name: string, { state, packageName }: Frame): Value {
  const { project, node } = state;
  const own = projectMacro(project, packageName, name);
  if (own !== null) return { kind: 'macro', macro: own };
  if (isBuiltin(name)) return { kind: 'builtin', name };
  if (objects.has(name)) return { kind: 'object', name };
  switch (name) {
    case 'this':
      return relationOf(node, project.metadata.adapterType);
    case 'execute':
      return true;
    case 'project_name':
      return project.metadata.projectName ?? unknown(name);
    case 'dbt_version':
      return project.metadata.dbtVersion;
  }
  const internal = packageMacro(project, 'dbt', name);
  if (internal !== null) return { kind: 'macro', macro: internal };
  return hasPackage(project, name) ? { kind: 'package', name } : unknown(name);
}

const dictMethods: ReadonlySet<string> = new Set([
  'items',
  'keys',
  'values',
  'get',
  'copy',
  'update',
  'pop',
  'setdefault',
]);

/** What `on.name` is. */
// eslint-disable-next-line complexity -- one case a kind
export function findMember(on: Value, name: string, { state }: Frame): Value {
  if (typeof on === 'string') return { kind: 'method', on, name };
  if (on === null || typeof on !== 'object') return unknown(`attribute ${name}`);
  switch (on.kind) {
    case 'unknown':
      return on;
    case 'package': {
      const macro = packageMacro(state.project, on.name, name);
      return macro === null ? unknown(`macro ${on.name}.${name}`) : { kind: 'macro', macro };
    }
    case 'builtin':
    case 'object':
      return memberOf(on.name, name, state.project.metadata.adapterType);
    case 'relation':
      return relationPart(on, name);
    case 'namespace':
      return orElse(on.fields.get(name), undefinedValue);
    case 'list':
      return { kind: 'method', on, name };
    default:
      if (!isDict(on)) return unknown(`attribute ${name}`);
      return dictMethods.has(name) ? { kind: 'method', on, name } : orElse(on.entries.get(name), undefinedValue);
  }
}

function memberOf(object: string, name: string, adapter: string | null): Value {
  const whole = `${object}.${name}`;
  if (whole === 'target.type') return adapter ?? unknown(whole);
  if (whole === 'api.Column') return { kind: 'object', name: whole };
  if (object === 'builtins' && isBuiltin(name)) return { kind: 'builtin', name };
  return isBuiltin(whole) ? { kind: 'builtin', name: whole } : unknown(whole);
}
