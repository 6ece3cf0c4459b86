import process from 'node:process';
import {fileURLToPath} from 'node:url';

/** winnow's entry beside this file: TypeScript in a checkout, JavaScript in a build. */
export const programFile = fileURLToPath(import.meta.resolve('../../src/cli/main.js'));

/** Arguments for Node.js that run one command of winnow the way this process was run. */
export function programArguments(store: string, commandLine: readonly string[]): string[] {
  return [...process.execArgv, programFile, '--store', store, ...commandLine];
}
