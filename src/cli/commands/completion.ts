import {Argument, type Command} from 'commander';
import {bashCompletion} from '../completion/bash.js';
import {type CommandDescription, describeCommands} from '../completion/describe-commands.js';
import {fishCompletion} from '../completion/fish.js';
import {zshCompletion} from '../completion/zsh.js';
import type {RegisterCommand} from '../program.js';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

const scriptFor: Readonly<Record<Shell, (commands: readonly CommandDescription[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

export const registerCompletion: RegisterCommand = (program, contextOf) => {
  program
    .command('completion')
    .description('print a script that completes commands, options and their values in a shell')
    .addArgument(new Argument('<shell>', 'shell to complete in').choices(shells))
    .addHelpText('after', `
With --json it prints what the script is made from: commands, options and the values they take.

Examples:
  source <(winnow completion bash)
  winnow completion zsh > "\${fpath[1]}/_winnow"
  winnow completion fish > ~/.config/fish/completions/winnow.fish`)
    .action((shell: Shell, _: object, command: Command) => {
      const context = contextOf(command);
      const commands = describeCommands(program);
      if (context.json) {
        context.printJson(commands);
      } else {
        context.writeOut(scriptFor[shell](commands));
      }
    });
};
