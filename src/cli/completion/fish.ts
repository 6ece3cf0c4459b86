import {type CommandDescription, flagsWithValue, type OptionDescription, type ValueKind} from './describe-commands.js';

/** A script for fish 3 and newer. */
export function fishCompletion(commands: readonly CommandDescription[]): string {
  return `# fish completion of winnow: put this file into ~/.config/fish/completions/winnow.fish
function __winnow_at --description 'whether the words so far lead to this command'
  set -l at ''
  set -l skip 0
  for word in (commandline -opc)[2..-1]
    if test $skip = 1
      set skip 0
      continue
    end
    switch "$at $word"
      case ${flagsWithValue(commands).map((flag) => quote(`* ${flag}`)).join(' ')}
        set skip 1
${commands.filter(({path}) => path !== '').map(({path}) => `      case ${quote(path.includes(' ') ? path : ` ${path}`)}\n        set at ${quote(path)}`).join('\n')}
    end
  end
  test "$at" = "$argv[1]"
end
complete -c winnow -f
${commands.flatMap(linesOf).join('\n')}
`;
}

function linesOf({path, subcommands, options, argument}: CommandDescription): string[] {
  const here = `complete -c winnow -n ${quote(`__winnow_at ${quote(path)}`)}`;
  return [
    ...subcommands.map(({name, description}) => `${here} -a ${quote(name)} -d ${quote(description)}`),
    ...(argument === null || argument.kind === 'text' ? [] : [`${here} ${valueArguments(argument)}`]),
    ...options.map((option) => `${here} ${optionArguments(option)}`),
  ];
}

function optionArguments({flags, description, value}: OptionDescription): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  return [...names, `-d ${quote(description)}`, ...(value === null ? [] : [`-r ${valueArguments(value)}`])].join(' ');
}

function valueArguments(value: ValueKind): string {
  switch (value.kind) {
    case 'choices':
      return `-f -a ${quote(value.choices.join(' '))}`;
    case 'file':
      return '-F';
    case 'directory':
      return "-f -a '(__fish_complete_directories)'";
    case 'text':
      return '-f';
  }
}

/** In single quotes fish reads only \\' and \\\\ otherwise. */
const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
