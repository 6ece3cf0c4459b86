import {createHash} from 'node:crypto';
import {once} from 'node:events';
import {createReadStream} from 'node:fs';
import {pipeline} from 'node:stream/promises';
import type {ClientChannel, SFTPWrapper} from 'ssh2';
import {ExitCode} from '../../model/exit-code.js';
import {WinnowError} from '../../model/winnow-error.js';
import {Talk} from '../probe-process.js';
import type {SshConnection} from './connection.js';
import {commandLine, runCommand} from './run-command.js';

/**
 * Lives as long as its standard input is open, and that ends with the connection however it ends; the directory goes then.
 * One line and no quote of its own, so that any login shell hands it on to sh as it is.
 */
const keeper =
  'umask 077; d=$(mktemp -d "${TMPDIR:-/tmp}/winnow.XXXXXXXX") || exit 1; ' +
  'trap "rm -rf \\"$d\\"" EXIT; trap "exit 1" HUP INT TERM; echo "$d"; cat >/dev/null';

/** A private temporary directory on another host, which is gone there when the connection is. */
export class RemoteDirectory {
  readonly path: string;
  readonly #connection: SshConnection;
  readonly #keeper: ClientChannel;

  private constructor(connection: SshConnection, channel: ClientChannel, path: string) {
    this.#connection = connection;
    this.#keeper = channel;
    this.path = path;
  }

  static async make(connection: SshConnection, hostName: string): Promise<RemoteDirectory> {
    const channel = await connection.exec(commandLine(['/bin/sh', '-c', keeper]));
    const talk = new Talk();
    channel.stderr.setEncoding('utf8').on('data', (text: string) => talk.add(text));
    const path = await firstLine(channel);
    if (!path.startsWith('/')) {
      throw hostError(hostName, `no temporary directory can be made: ${talk.line}`);
    }
    return new RemoteDirectory(connection, channel, path);
  }

  /** Copies a program there, and checks that it came whole. Resolves to its path there. */
  async putProgram(localPath: string, name: string, hostName: string): Promise<string> {
    const remotePath = `${this.path}/${name}`;
    const sftp = await this.#connection.sftp();
    try {
      await upload(sftp, localPath, remotePath);
    } catch (cause) {
      throw this.#connection.isLost ? this.#connection.lostError() : hostError(hostName, `${remotePath} can't be written: ${(cause as Error).message}`, cause);
    } finally {
      sftp.end();
    }
    const {output, talk} = await runCommand(this.#connection, ['/bin/sh', '-c', 'sha256sum "$0"; test -x "$0" || echo noexec', remotePath]);
    if (output.split(' ')[0] !== (await sha256Of(localPath))) {
      throw hostError(hostName, `${remotePath} is not what was sent${talk === '' ? '' : `: ${talk}`}`);
    }
    if (output.endsWith('noexec')) {
      throw new WinnowError(`${hostName}: ${remotePath} may not be run, as its file system allows no programs`, {
        exitCode: ExitCode.hostCannot,
        hint: 'set TMPDIR there to one that does',
      });
    }
    return remotePath;
  }

  /** Resolves when it is gone. */
  async remove(): Promise<void> {
    if (!this.#connection.isLost) {
      const gone = once(this.#keeper, 'exit');
      this.#keeper.end();
      await Promise.race([gone, this.#connection.lost]);
    }
  }
}

async function firstLine(channel: ClientChannel): Promise<string> {
  let text = '';
  for await (const piece of channel.setEncoding('utf8').iterator({destroyOnReturn: false}) as AsyncIterable<string>) {
    text += piece;
    if (text.includes('\n')) {
      break;
    }
  }
  return text.trimEnd();
}

async function upload(sftp: SFTPWrapper, localPath: string, remotePath: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    sftp.once('close', () => reject(new Error('the transfer was cut off')));
    sftp.fastPut(localPath, remotePath, {mode: 0o700}, (error) => (error ? reject(error) : resolve()));
  });
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function hostError(hostName: string, message: string, cause?: unknown): WinnowError {
  return new WinnowError(`${hostName}: ${message}`, {exitCode: ExitCode.hostCannot, hint: 'look at the room and the rights in its /tmp', cause});
}
