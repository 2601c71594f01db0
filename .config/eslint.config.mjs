import tseslint from 'typescript-eslint';

const pure = [
  { selector: ':function[async=true]', message: 'core decides; it does not wait' },
  { selector: 'TSTypeReference > Identifier[name="Promise"]', message: 'core returns values, never promises' },
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'core cannot see the clock' },
  { selector: 'MemberExpression[object.name="Date"][property.name="now"]', message: 'core cannot see the clock' },
  { selector: 'MemberExpression[object.name="Math"][property.name="random"]', message: 'core has no chance in it' },
  { selector: 'MemberExpression[object.name="process"]', message: 'core cannot see the environment' },
];
const everywhere = [
  { selector: 'NewExpression[callee.name="Error"]', message: 'throw one of the four errors of core/base' },
  { selector: 'ExportAllDeclaration', message: 'a door lists names' },
  { selector: 'ExportDefaultDeclaration', message: 'no default exports' },
];
const noClasses = { selector: 'ClassDeclaration', message: 'no classes in core' };

export default tseslint.config(
  { ignores: ['**/node_modules/**', 'coverage/**', 'demo/project/**', 'test/fixtures/**'] },
  ...tseslint.configs.strictTypeChecked.map((config) => ({ ...config, files: ['**/*.ts'] })),
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: new URL('..', import.meta.url).pathname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'off',
      '@typescript-eslint/dot-notation': 'off',
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      'max-depth': ['error', 3],
      'max-params': ['error', 4],
      complexity: ['error', 12],
      'no-restricted-syntax': ['error', ...everywhere],
    },
  },
  {
    files: ['src/core/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...everywhere, ...pure, noClasses] },
  },
  {
    files: ['src/core/base/failure.ts'],
    rules: { 'no-restricted-syntax': ['error', ...everywhere, ...pure] },
  },
  {
    files: ['test/**/*.ts', 'demo/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-floating-promises': ['error', { allowForKnownSafeCalls: [{ from: 'package', name: ['it', 'test', 'describe'], package: 'node:test' }] }],
    },
  },
);
