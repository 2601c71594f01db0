import { coreLayers, corePackages, sqlEngines } from './layers.mjs';

const areas = Object.keys(coreLayers);
const coreRules = areas.map((area) => ({
  name: `core-${area}`,
  comment: `core/${area} imports only ${['itself', ...coreLayers[area]].join(', ')}`,
  severity: 'error',
  from: { path: `^src/core/${area}/` },
  to: { path: '^src/', pathNot: `^src/core/(${[area, ...coreLayers[area]].join('|')})/` },
}));
const packageRules = areas.map((area) => ({
  name: `core-${area}-packages`,
  comment: 'core decides; it imports no package but the ones named in layers.mjs',
  severity: 'error',
  from: { path: `^src/core/${area}/` },
  to: {
    dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'core'],
    pathNot: [...corePackages['*'], ...(corePackages[area] ?? [])].map((name) => `(^|node_modules/)${name.replace('node:', '')}(/|$)`),
  },
}));

const engineRules = Object.entries(sqlEngines).flatMap(([name, packageName]) => [
  {
    name: `engine-${name}-package`,
    comment: `only the adapter ${name} imports ${packageName}`,
    severity: 'error',
    from: { path: '^src/', pathNot: `^src/edges/sql-engines/${name}(-|\\.ts$)` },
    to: { path: `(^|node_modules/)${packageName}(/|$)` },
  },
  {
    name: `engine-${name}-tree`,
    comment: `what the adapter ${name} is made of stays inside it`,
    severity: 'error',
    from: { path: '^src/', pathNot: `^src/edges/sql-engines/${name}(-|\\.ts$)` },
    to: { path: `^src/edges/sql-engines/${name}-` },
  },
]);

export default {
  forbidden: [
    ...coreRules,
    ...packageRules,
    ...engineRules,
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'review-imports-core-only',
      severity: 'error',
      from: { path: '^src/review/' },
      to: { path: '^src/(edges|server|cli)/' },
    },
    {
      name: 'edges-are-strangers',
      severity: 'error',
      from: { path: '^src/edges/([^/]+)/' },
      to: { path: '^src/(edges|server|cli)/', pathNot: '^src/edges/$1/' },
    },
    { name: 'server-and-cli-apart', severity: 'error', from: { path: '^src/server/' }, to: { path: '^src/cli/' } },
    { name: 'cli-serves-by-door', severity: 'error', from: { path: '^src/cli/' }, to: { path: '^src/server/', pathNot: '^src/server/index.ts$' } },
    {
      name: 'through-the-door-core',
      comment: 'from outside a folder you import its index.ts',
      severity: 'error',
      from: { path: '^src/core/([^/]+)/' },
      to: { path: '^src/core/[^/]+/.+', pathNot: ['^src/core/$1/', '/index\\.ts$'] },
    },
    {
      name: 'through-the-door',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/core/' },
      to: { path: '^src/core/[^/]+/.+', pathNot: '^src/core/[^/]+/index\\.ts$' },
    },
    {
      name: 'through-the-door-edges',
      severity: 'error',
      from: { path: '^src/(server|cli|index)' },
      to: { path: '^src/edges/[^/]+/.+', pathNot: '^src/edges/[^/]+/index\\.ts$' },
    },
    { name: 'no-test-in-src', severity: 'error', from: { path: '^src/' }, to: { path: '^(test|bench|demo)/' } },
    {
      name: 'no-dev-dependency-in-src',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm', 'type-only'], pathNot: 'node_modules/@types/' },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: '^src/(index|server/main|cli/main)\\.ts$' },
      to: {},
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { conditionNames: ['node', 'import', 'default', 'types'], exportsFields: ['exports'] },
  },
};
