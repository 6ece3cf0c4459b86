import {execFile} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import os from 'node:os';
import process from 'node:process';
import {engineName, type EngineName, openEngine} from '../../image/engine.js';
import {probeBinary} from '../local-probe.js';

export interface CommandResult {
  /** null where a signal ended it. */
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

export interface EngineFacts {
  readonly name: EngineName;
  readonly version: string;
  readonly storageDriver: string;
  readonly cgroupDriver: string;
}

/** The host as the checks see it; tests give hosts that are not here. */
export interface Host {
  readonly uid: number;
  readonly kernelRelease: string;
  readonly machine: string;
  readonly probeBinary: string;
  readonly dockerHost: string | undefined;
  /** Content of a file, a character per byte; null where it can't be read. */
  readonly read: (path: string) => string | null;
  readonly exists: (path: string) => boolean;
  /** null where there is no such command. */
  readonly run: (command: string, args: readonly string[]) => Promise<CommandResult | null>;
  /** @throws WinnowError where no engine answers. */
  readonly engine: () => Promise<EngineFacts>;
}

/** No command that a check runs takes longer, unless something hangs. */
const commandTimeoutMs = 20_000;

export function realHost(env: Readonly<Record<string, string | undefined>>, signal: AbortSignal): Host {
  return {
    uid: process.getuid?.() ?? -1,
    kernelRelease: os.release(),
    machine: os.machine(),
    probeBinary: probeBinary(env),
    dockerHost: env['DOCKER_HOST'],
    read: readOrNull,
    exists: existsSync,
    run: async (command, args) => new Promise((resolve) => {
      execFile(command, [...args], {env: {...env}, signal, timeout: commandTimeoutMs}, (error, out, talk) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
        resolve(error !== null && String(error.code) === 'ENOENT' ? null : {code, out, error: talk});
      });
    }),
    engine: async () => {
      const engine = await openEngine(env);
      const info = (await engine.info()) as {ServerVersion: string; Driver: string; CgroupDriver: string};
      return {name: await engineName(engine), version: info.ServerVersion, storageDriver: info.Driver, cgroupDriver: info.CgroupDriver};
    },
  };
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null;
  }
}
