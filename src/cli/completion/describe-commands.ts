import type {Argument, Command, Option} from 'commander';

/** What stands behind an option or as an argument: one of some words, a file, a directory, or text nobody can guess. */
export type ValueKind =
  | {readonly kind: 'choices'; readonly choices: readonly string[]}
  | {readonly kind: 'file'}
  | {readonly kind: 'directory'}
  | {readonly kind: 'text'};

export interface OptionDescription {
  /** `--quiet`, `-h`. */
  readonly flags: readonly string[];
  readonly description: string;
  /** Null for a switch. */
  readonly value: ValueKind | null;
}

export interface CommandDescription {
  /** Names from below the program's to its own, separated by blanks: '' for the program, "runs list". */
  readonly path: string;
  readonly subcommands: readonly {readonly name: string; readonly description: string}[];
  readonly options: readonly OptionDescription[];
  /** Of its first argument; null where it takes none. */
  readonly argument: ValueKind | null;
}

/** Everything a shell can complete, the program first: each command with its own options and the program's, which it takes too. */
export function describeCommands(program: Command): CommandDescription[] {
  const everywhere = optionsOf(program).filter(({flags}) => !flags.includes('--version'));
  const describe = (command: Command, path: string): CommandDescription[] => {
    const {commands, registeredArguments} = command;
    const own = optionsOf(command);
    const inherited = everywhere.filter(({flags}) => !own.some((option) => option.flags.some((flag) => flags.includes(flag))));
    return [
      {
        path,
        subcommands: commands.map((child) => ({name: child.name(), description: child.description()})),
        options: [...own, ...inherited],
        argument: registeredArguments[0] === undefined ? null : valueOf(registeredArguments[0], registeredArguments[0].name()),
      },
      ...commands.flatMap((child) => describe(child, `${path} ${child.name()}`.trimStart())),
    ];
  };
  return describe(program, '');
}

/** All flags that take a value, over all commands. */
export function flagsWithValue(commands: readonly CommandDescription[]): string[] {
  return [...new Set(commands.flatMap(({options}) => options.flatMap(({flags, value}) => (value === null ? [] : flags))))];
}

function optionsOf(command: Command): OptionDescription[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map((option) => ({
      flags: [option.short, option.long].filter((flag) => flag !== undefined && flag !== null),
      description: option.description,
      value: option.required || option.optional ? valueOf(option, /[<[]([^\]>.]+)/.exec(option.flags)?.[1] ?? '') : null,
    }));
}

/** Placeholders say what they stand for: `--config <file>`, `--store <dir>`. */
function valueOf({argChoices}: Option | Argument, placeholder: string): ValueKind {
  if (argChoices !== undefined) {
    return {kind: 'choices', choices: argChoices};
  }
  switch (placeholder) {
    case 'file':
      return {kind: 'file'};
    case 'dir':
      return {kind: 'directory'};
    default:
      return {kind: 'text'};
  }
}
