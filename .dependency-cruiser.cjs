// Imports go down only: a file sees lower levels and its own folder; siblings on one level never meet.
const levels = [
  ['model'],
  ['wire', 'stats', 'sbom'],
  ['image', 'store'],
  ['capture', 'train'],
  ['plan'],
  ['export', 'debloat', 'ondemand'],
  ['server'],
  ['cli'],
];

const downOnly = levels.flatMap((folders, level) =>
  folders.map((folder) => ({
    name: `${folder}-imports-down-only`,
    severity: 'error',
    comment: `src/${folder} may see its own folder and ${levels.slice(0, level).flat().join(', ') || 'nothing else'}; anything else makes a cycle or a hidden policy.`,
    from: {path: `^src/${folder}/`},
    to: {path: '^src/', pathNot: `^src/(${[folder, ...levels.slice(0, level).flat()].join('|')})/`},
  })),
);

module.exports = {
  forbidden: [
    ...downOnly,
    {
      name: 'src-never-imports-web',
      severity: 'error',
      comment: 'The program must run without the browser code.',
      from: {path: '^src/'},
      to: {path: '^web/'},
    },
    {
      name: 'web-sees-model-and-stats-only',
      severity: 'error',
      comment: 'The browser shares types and mathematics with the program, never its effects.',
      from: {path: '^web/'},
      to: {path: '^src/', pathNot: '^src/(model|stats)/'},
    },
    {
      name: 'src-never-imports-test',
      severity: 'error',
      comment: 'Production code must not depend on tests.',
      from: {path: '^(src|web)/'},
      to: {path: '^test/'},
    },
    {
      name: 'no-circular',
      severity: 'error',
      comment: 'A cycle means two files are one idea, or one idea is in the wrong place.',
      from: {},
      to: {circular: true, viaOnly: {dependencyTypesNot: ['type-only']}},
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      comment: 'An import that does not resolve fails only at run time.',
      from: {},
      to: {couldNotResolve: true},
    },
    {
      name: 'no-dev-dependency-in-src',
      severity: 'error',
      comment: 'What src imports must be installed with the package.',
      from: {path: '^src/'},
      to: {dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only']},
    },
  ],
  options: {
    doNotFollow: {path: 'node_modules'},
    tsPreCompilationDeps: true,
    tsConfig: {fileName: 'tsconfig.json'},
    enhancedResolveOptions: {exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types']},
  },
};
