import {once} from 'node:events';
import {text} from 'node:stream/consumers';
import type {SshConnection} from './connection.js';

export interface CommandResult {
  /** Null where a signal ended it. */
  readonly exitCode: number | null;
  readonly output: string;
  readonly talk: string;
}

/** Runs a short command there to its end. @throws WinnowError where the connection is lost */
export async function runCommand(connection: SshConnection, argv: readonly string[]): Promise<CommandResult> {
  const channel = await connection.exec(commandLine(argv));
  const closed = once(channel, 'close') as Promise<[number | null | undefined]>;
  channel.end();
  const [output, talk, [exitCode]] = await Promise.all([text(channel), text(channel.stderr), closed]);
  if (connection.isLost) {
    throw connection.lostError();
  }
  return {exitCode: exitCode ?? null, output: output.trim(), talk: talk.trim().replaceAll('\n', ' ')};
}

/** The argument vector as a line that sh, csh and fish read alike; `exec` leaves no shell between it and its signals. */
export function commandLine(argv: readonly string[]): string {
  return `exec ${argv.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')}`;
}
