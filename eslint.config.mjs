// The rules of the house that can be counted one file at a time. What needs the whole tree is in
// .dependency-cruiser.cjs and knip.json; what needs neither, but no rule exists for, in test/tidy.test.ts.
import jsdoc from 'eslint-plugin-jsdoc'
import rxjsX from 'eslint-plugin-rxjs-x'
import tseslint from 'typescript-eslint'

const arrowFunctions = [
  {
    selector: 'FunctionDeclaration[generator=false]',
    message: 'Write an arrow function.',
  },
  {
    selector:
      ':not(MethodDefinition, Property[method=true], Property[kind=/get|set/]) > FunctionExpression[generator=false]',
    message: 'Write an arrow function.',
  },
]

// What others see. A private draft may change until it is given away.
const readonlyData = [
  {
    selector:
      'ExportNamedDeclaration > TSTypeAliasDeclaration TSPropertySignature[readonly=false]:not(TSTypeReference[typeName.name="Readonly"] TSPropertySignature)',
    message: 'Make it readonly.',
  },
  {
    selector:
      'ExportNamedDeclaration > TSTypeAliasDeclaration :not(TSTypeOperator[operator="readonly"]) > :matches(TSArrayType, TSTypeReference[typeName.name=/^(Array|Map|Set)$/])',
    message: 'Write ReadonlyArray, ReadonlyMap or ReadonlySet.',
  },
]

const modernFpTs = [
  {
    selector:
      'MemberExpression[object.name=/^(E|O|TE|T|TO|RA)$/][property.name=/^(chain|chainW|chainFirst.*|chain.*K|chain.*KW|bimap|fold|foldW|mapLeft|alt|altW)$/]',
    message: 'Use the modern name: flatMap, tap, mapError, match, mapBoth, orElse.',
  },
]

const noOutsideWorld = [
  {
    selector: 'CallExpression[callee.property.name="subscribe"]',
    message: 'Give an Observable; src/ subscribes.',
  },
  {
    selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
    message: 'No clock in here: time arrives inside a command.',
  },
]

export default tseslint.config(
  { ignores: ['**/dist/', '**/.cache/', '**/coverage/', 'test/fixtures/'] },
  // A rule that is wrong here is tuned here, where everybody sees it, not switched off in a file.
  { linterOptions: { noInlineConfig: true } },
  {
    files: ['**/*.{js,cjs,mjs}'],
    rules: {
      eqeqeq: 'error',
      'no-unused-vars': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'max-params': ['error', 3],
    },
  },
  {
    files: ['**/*.ts'],
    extends: [
      tseslint.configs.strictTypeChecked,
      tseslint.configs.stylisticTypeChecked,
      rxjsX.configs.strict,
    ],
    plugins: { jsdoc },
    languageOptions: {
      parserOptions: { project: 'tsconfig.test.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      eqeqeq: 'error',
      'no-param-reassign': 'error',
      'object-shorthand': 'error',
      'prefer-template': 'error',
      '@typescript-eslint/array-type': ['error', { default: 'array', readonly: 'generic' }],
      '@typescript-eslint/consistent-type-definitions': ['error', 'type'],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/max-params': ['error', { max: 3 }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' },
      ],
      // `point !== undefined && point.clock === clock` says what it means.
      '@typescript-eslint/prefer-optional-chain': 'off',
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      'jsdoc/check-alignment': 'error',
      'jsdoc/check-param-names': 'error',
      'jsdoc/no-blank-blocks': 'error',
      'jsdoc/no-types': 'error',
      'no-restricted-syntax': ['error', ...arrowFunctions, ...modernFpTs],
      // The whole of rxjs costs 50 ms at each start of a command, a file of it a third; its package
      // exports those files.
      'rxjs-x/no-internal': 'off',
    },
  },
  {
    files: ['domain/**/*.ts', 'projections/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...[
          'process',
          'console',
          'crypto',
          'performance',
          'fetch',
          'setTimeout',
          'setInterval',
        ].map((name) => ({
          name,
          message: 'Nothing of the outside world in here: it arrives as data.',
        })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'No clock in here.' },
        { object: 'Math', property: 'random', message: 'No chance in here.' },
      ],
      'no-restricted-syntax': [
        'error',
        ...arrowFunctions,
        ...modernFpTs,
        ...readonlyData,
        ...noOutsideWorld,
      ],
    },
  },
  {
    // A port is the one thing that is implemented, hence an interface.
    files: ['src/ports/**/*.ts'],
    rules: { '@typescript-eslint/consistent-type-definitions': 'off' },
  },
  {
    // Tests feed wrong things on purpose and look into what others return.
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/array-type': 'off',
      '@typescript-eslint/max-params': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
      'rxjs-x/no-ignored-default-value': 'off',
    },
  },
)
