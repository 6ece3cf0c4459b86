import {type CommandDescription, flagsWithValue, type ValueKind} from './describe-commands.js';

/** A script for zsh 5 with its completion system (compinit) loaded. */
export function zshCompletion(commands: readonly CommandDescription[]): string {
  return `#compdef winnow
# zsh completion of winnow: put this file as _winnow into a directory of $fpath
_winnow() {
  local at= i cur=$words[CURRENT] before=$words[CURRENT-1]
  local -a offers
  for ((i = 2; i < CURRENT; i++)); do
    case "$at $words[i]" in
      *' --') _files; return ;;
      ${flagsWithValue(commands).map((flag) => `*' ${flag}'`).join('|')}) ((i += 1)) ;;
${commands.filter(({path}) => path !== '').map(({path}) => `      ${quote(path.includes(' ') ? path : ` ${path}`)}) at=${quote(path)} ;;`).join('\n')}
    esac
  done
  if [[ $cur == --*=* ]]; then
    before=\${cur%%=*}
    compset -P '*='
  fi
  case "$at $before" in
${commands.flatMap(({path, options}) => options.flatMap(({flags, value}) => (value === null ? [] : [`    ${flags.map((flag) => quote(`${path} ${flag}`)).join('|')}) ${offer(value)}; return ;;`]))).join('\n')}
  esac
  case $at in
${commands.map(caseOf).join('\n')}
  esac
}
# Autoloaded from $fpath, this file is the function's first call; sourced, it only defines it.
if [[ $funcstack[1] == _winnow ]]; then
  _winnow "$@"
else
  compdef _winnow winnow
fi
`;
}

function caseOf({path, subcommands, options, argument}: CommandDescription): string {
  const flags = options.flatMap((option) => option.flags.map((flag) => described(flag, option.description)));
  const names = subcommands.map(({name, description}) => described(name, description));
  const positional = subcommands.length > 0 ? `offers=(${names.join(' ')}); _describe command offers` : argument === null ? ':' : offer(argument);
  return `    ${quote(path)}) if [[ $cur == -* ]]; then offers=(${flags.join(' ')}); _describe -o option offers; else ${positional}; fi ;;`;
}

function offer(value: ValueKind): string {
  switch (value.kind) {
    case 'choices':
      return `compadd -- ${value.choices.map(quote).join(' ')}`;
    case 'file':
      return '_files';
    case 'directory':
      return '_files -/';
    case 'text':
      return ':';
  }
}

/** As _describe takes it: a colon parts the word from what it means. */
const described = (word: string, description: string): string => quote(`${word.replaceAll(':', '\\:')}:${description}`);

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
