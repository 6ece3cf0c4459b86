import {Command, CommanderError, Option} from 'commander';
import {ExitCode} from '../model/exit-code.js';
import {WinnowError} from '../model/winnow-error.js';
import {registerAttach} from './commands/attach.js';
import {registerCheck} from './commands/check.js';
import {registerCompletion} from './commands/completion.js';
import {registerDebloat} from './commands/debloat.js';
import {registerDiff} from './commands/diff.js';
import {registerDoctor} from './commands/doctor.js';
import {registerExplain} from './commands/explain.js';
import {registerExport} from './commands/export.js';
import {registerPlan} from './commands/plan.js';
import {registerProfile} from './commands/profile.js';
import {registerReplay} from './commands/replay.js';
import {registerRestore} from './commands/restore.js';
import {registerRuns} from './commands/runs.js';
import {registerServe} from './commands/serve.js';
import {registerTrain} from './commands/train.js';
import {type CliEffects, type ContextOf, makeContextOf} from './context.js';
import {terminalText} from './terminal-text.js';
import {toolVersion} from './tool-version.js';

/** One file per command: adds the command to the program. */
export type RegisterCommand = (program: Command, contextOf: ContextOf) => void;

const commands: readonly RegisterCommand[] = [
  registerAttach,
  registerCheck,
  registerCompletion,
  registerDebloat,
  registerDiff,
  registerDoctor,
  registerExplain,
  registerExport,
  registerPlan,
  registerProfile,
  registerReplay,
  registerRestore,
  registerRuns,
  registerServe,
  registerTrain,
];

/** Runs one command line (without node and script) and resolves to its exit code. */
export async function runCli(argv: readonly string[], effects: CliEffects): Promise<number> {
  let exitCode: number = ExitCode.done;
  const program = makeProgram(effects, makeContextOf(effects, (code) => (exitCode = code)));
  try {
    await program.parseAsync([...argv], {from: 'user'});
    return exitCode;
  } catch (error) {
    return report(error, effects);
  }
}

function makeProgram(effects: CliEffects, contextOf: ContextOf): Command {
  const program = new Command('winnow')
    .description('Learn which files of a container image its programs need, and make smaller images of that.')
    .version(toolVersion)
    .option('--json', 'print one JSON document, or JSON lines for streams')
    .addOption(new Option('--store <dir>', 'where runs are kept (default: .winnow in the working directory)'))
    .option('--quiet', 'say nothing on stderr but errors')
    .showSuggestionAfterError()
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: effects.writeOut,
      writeErr: () => undefined, // report() prints the one line
    });
  for (const register of commands) {
    register(program, contextOf);
  }
  for (const command of allCommands(program)) {
    addGlobalOptions(command);
  }
  return program;
}

function allCommands(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...allCommands(child)]);
}

/** Global options are accepted behind the command's name too, as people type them. */
function addGlobalOptions(command: Command): void {
  command
    .exitOverride()
    .addOption(new Option('--json', 'print JSON').hideHelp())
    .addOption(new Option('--store <dir>').hideHelp())
    .addOption(new Option('--quiet').hideHelp());
}

function report(error: unknown, effects: CliEffects): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) {
      return ExitCode.done;
    }
    if (error.code !== 'commander.help') {
      effects.writeError(`winnow: ${terminalText(error.message.replace(/^error: /, '').replace(/\.$/, '').replaceAll('\n', ' '))}; see winnow --help\n`);
    }
    return ExitCode.usage;
  }
  if (error instanceof WinnowError) {
    const hint = error.hint === undefined ? '' : `; ${error.hint}`;
    effects.writeError(`winnow: ${terminalText(error.message + hint)}\n`);
    if (effects.env['WINNOW_STACK'] !== undefined) {
      effects.writeError(`${error.stack ?? ''}\n`);
    }
    return error.exitCode;
  }
  if (effects.signal.aborted) {
    effects.writeError('winnow: interrupted\n');
    return ExitCode.interrupted;
  }
  const line = error instanceof Error ? error.message : String(error);
  effects.writeError(`winnow: unexpected: ${terminalText(line.replaceAll('\n', ' '))}; set WINNOW_STACK=1 for the stack\n`);
  if (effects.env['WINNOW_STACK'] !== undefined && error instanceof Error) {
    effects.writeError(`${error.stack ?? ''}\n`);
  }
  return ExitCode.failed;
}
