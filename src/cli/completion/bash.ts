import {type CommandDescription, flagsWithValue, type ValueKind} from './describe-commands.js';

/**
 * A script for bash 4 and newer, on its own (the bash-completion package is not needed). Readline splits words at "=", so
 * `--backend=e` arrives as three words.
 */
export function bashCompletion(commands: readonly CommandDescription[]): string {
  return `# bash completion of winnow: source this file, or put it into ~/.local/share/bash-completion/completions/winnow
_winnow() {
  local at= words= i cur=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  if [[ $cur == '=' ]]; then
    cur=
  elif [[ $before == '=' ]]; then
    before=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at \${COMP_WORDS[i]}" in
      *' --') mapfile -t COMPREPLY < <(compgen -f -- "$cur"); compopt -o filenames 2>/dev/null; return ;;
      ${flagsWithValue(commands).map((flag) => `*' ${flag}'`).join('|')}) [[ \${COMP_WORDS[i+1]} == '=' ]] && ((i += 2)) || ((i += 1)) ;;
${commands.filter(({path}) => path !== '').map(({path}) => `      ${quote(beforeLast(path))}) at=${quote(path)} ;;`).join('\n')}
    esac
  done
  case "$at $before" in
${commands.flatMap(({path, options}) => options.flatMap(({flags, value}) => (value === null ? [] : [`    ${flags.map((flag) => quote(`${path} ${flag}`)).join('|')}) ${reply(value)}; return ;;`]))).join('\n')}
  esac
  case $at in
${commands.map(caseOf).join('\n')}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -F _winnow winnow
`;
}

/** Options where a dash is there, else subcommands or what the first argument may be. */
function caseOf({path, subcommands, options, argument}: CommandDescription): string {
  const names = subcommands.map(({name}) => name).join(' ');
  const positional = argument === null || subcommands.length > 0 ? `words=${quote(names)}` : `${reply(argument)}; return`;
  return `    ${quote(path)}) if [[ $cur == -* ]]; then words=${quote(options.flatMap(({flags}) => flags).join(' '))}; else ${positional}; fi ;;`;
}

function reply(value: ValueKind): string {
  switch (value.kind) {
    case 'choices':
      return `mapfile -t COMPREPLY < <(compgen -W ${quote(value.choices.join(' '))} -- "$cur")`;
    case 'file':
      return 'mapfile -t COMPREPLY < <(compgen -f -- "$cur"); compopt -o filenames 2>/dev/null';
    case 'directory':
      return 'mapfile -t COMPREPLY < <(compgen -d -- "$cur"); compopt -o filenames 2>/dev/null';
    case 'text':
      return ':';
  }
}

/** "runs list" as the state before it and the word that leads there: "runs list"; "runs" as " runs". */
const beforeLast = (path: string): string => (path.includes(' ') ? path : ` ${path}`);

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
