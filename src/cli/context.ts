import path from 'node:path';
import {accessSync, constants, existsSync} from 'node:fs';
import process from 'node:process';
import type {Command} from 'commander';
import {terminalJson, terminalLines} from './terminal-text.js';

/** The outside world as a command sees it; tests give their own. */
export interface CliEffects {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Results: data for people or, with --json, for machines. */
  readonly writeOut: (text: string | Uint8Array) => void;
  /** Talk: progress, notes, errors. */
  readonly writeError: (text: string) => void;
  readonly errorIsTerminal: boolean;
  readonly outIsTerminal: boolean;
  /** Aborts on the first SIGINT or SIGTERM; every wait takes it. */
  readonly signal: AbortSignal;
}

export interface GlobalOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly store?: string;
}

/** What a command's action works with. */
export interface CommandContext extends CliEffects {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly storeDirectory: string;
  /** Results line on stdout. */
  readonly print: (line: string) => void;
  /** One JSON document (or JSON line) on stdout; bigint prints as a decimal string. */
  readonly printJson: (value: unknown) => void;
  /** A line on stderr unless --quiet. */
  readonly note: (line: string) => void;
  /** Sets the exit code of a command that did its work (threshold exceeded, records lost). */
  readonly exitWith: (code: number) => void;
}

export type ContextOf = (command: Command) => CommandContext;

export function makeContextOf(effects: CliEffects, exitWith: (code: number) => void): ContextOf {
  return (command) => {
    const {json = false, quiet = false, store} = command.optsWithGlobals<Partial<GlobalOptions>>();
    return {
      ...effects,
      json,
      quiet,
      storeDirectory: path.resolve(effects.cwd, store ?? defaultStore(effects)),
      print: (line) => effects.writeOut(`${terminalLines(line)}\n`),
      printJson: (value) => effects.writeOut(`${terminalJson(stringify(value, json && !effects.outIsTerminal ? 0 : 2))}\n`),
      note: (line) => {
        if (!quiet) {
          effects.writeError(`${terminalLines(line)}\n`);
        }
      },
      exitWith,
    };
  };
}

export const realEffects = (signal: AbortSignal): CliEffects => ({
  env: process.env,
  cwd: process.cwd(),
  writeOut: (text) => void process.stdout.write(text),
  writeError: (text) => void process.stderr.write(text),
  errorIsTerminal: process.stderr.isTTY,
  outIsTerminal: process.stdout.isTTY,
  signal,
});

/** `.winnow` in the working directory where it exists or can be made, else in the XDG data directory. */
function defaultStore({cwd, env}: CliEffects): string {
  const local = path.join(cwd, '.winnow');
  if (existsSync(local) || isWritable(cwd)) {
    return local;
  }
  return path.join(env['XDG_DATA_HOME'] ?? path.join(env['HOME'] ?? '/root', '.local/share'), 'winnow');
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function stringify(value: unknown, indent: number): string {
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? item.toString() : item), indent);
}
