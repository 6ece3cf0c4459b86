import {type ChildProcessWithoutNullStreams, spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {ExitCode} from '../model/exit-code.js';
import {WinnowError} from '../model/winnow-error.js';
import {packageRoot} from './package-root.js';
import {type ProbeExit, type ProbeHost, Talk} from './probe-process.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where winnow-probe is, or would be; WINNOW_PROBE names another. */
export function probeBinary(env: Environment = process.env): string {
  return env['WINNOW_PROBE'] ?? path.join(packageRoot(), 'build/probe/winnow-probe');
}

/** @throws WinnowError (host cannot) where it is not built */
export function builtProbe(env: Environment = process.env): string {
  const binary = probeBinary(env);
  if (!existsSync(binary)) {
    throw new WinnowError(`the probe is not built: ${binary} is missing`, {exitCode: ExitCode.hostCannot, hint: 'run scripts/build'});
  }
  return binary;
}

/** Runs the probe as a child of this process. It stops by itself when this process dies, since its standard input ends then. */
export function localProbeHost(env: Environment = process.env): ProbeHost {
  return {
    name: null,
    start(args) {
      const child = spawn(builtProbe(env), args, {stdio: ['pipe', 'pipe', 'pipe']});
      const exit = exitOf(child);
      return Promise.resolve({
        records: child.stdout,
        exit,
        endInput: () => void child.stdin.end(),
        async kill() {
          child.kill('SIGKILL');
          await exit;
        },
      });
    },
  };
}

async function exitOf(child: ChildProcessWithoutNullStreams): Promise<ProbeExit> {
  const talk = new Talk();
  child.stderr.setEncoding('utf8').on('data', (text: string) => talk.add(text));
  child.stdin.on('error', () => undefined); // the probe died first; its exit tells
  return new Promise((resolve) => {
    const settle = (code: string): void => resolve({code, talk: talk.line});
    child.once('error', (error) => settle(error.message));
    child.once('close', (code, signal) => settle(signal ?? `exit code ${code}`));
  });
}
