import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {ignores: ['build/', 'vendor/', 'node_modules/', '.winnow/', 'scripts/sample/shop/', 'scripts/acceptance.d/*/image/']},
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './web/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', {considerDefaultExhaustiveForUnions: true}],
      '@typescript-eslint/no-floating-promises': ['error', {ignoreVoid: true}],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', {argsIgnorePattern: '^_', varsIgnorePattern: '^_'}],
      '@typescript-eslint/restrict-template-expressions': ['error', {allowNumber: true, allowBoolean: true}],
      'max-lines': ['error', {max: 400, skipBlankLines: true, skipComments: true}],
    },
  },
  {
    // ECMA-262 leaves these to the engine (21.3.2, 6.1.6.1.3), so their last bits differ from one machine to the next: src/stats/elementary.ts has others.
    files: ['src/stats/**', 'src/train/**', 'src/plan/**'],
    rules: {
      'no-restricted-properties': ['error', ...['exp', 'expm1', 'log', 'log1p', 'log2', 'log10', 'pow', 'cbrt', 'hypot', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'atan2', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh'].map(
        (property) => ({object: 'Math', property, message: 'Its last bits are the engine\'s choice; see src/stats/elementary.ts.'}),
      )],
      'no-restricted-syntax': ['error', {selector: ':matches(BinaryExpression[operator="**"]:not([left.value=2][right.type="Literal"]), AssignmentExpression[operator="**="])', message: 'Its last bits are the engine\'s choice; multiply.'}],
    },
  },
  {files: ['**/*.js', '**/*.cjs'], ...tseslint.configs.disableTypeChecked},
  {
    files: ['**/*.cjs'],
    languageOptions: {globals: {module: 'readonly', require: 'readonly'}},
  },
);
