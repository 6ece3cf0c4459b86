import {openSync} from 'node:fs';
import {addAbortSignal} from 'node:stream';
import tty from 'node:tty';
import {ExitCode} from '../../model/exit-code.js';
import {WinnowError} from '../../model/winnow-error.js';

/** Asks a person for a secret. @throws WinnowError (interrupted) when they refuse */
export type AskSecret = (question: string) => Promise<string>;

/** Asks on the terminal of this process, without echo, until the signal aborts; null where it has none. */
export function terminalAsker(signal: AbortSignal): AskSecret | null {
  try {
    openTerminal().destroy();
  } catch {
    return null; // a pipeline or a service
  }
  return async (question) => {
    signal.throwIfAborted();
    const terminal = addAbortSignal(signal, openTerminal());
    const screen = new tty.WriteStream(openSync('/dev/tty', 'w'));
    terminal.setRawMode(true);
    screen.write(question);
    try {
      return await readLine(terminal);
    } finally {
      terminal.setRawMode(false).destroy();
      screen.end('\r\n');
    }
  };
}

const openTerminal = (): tty.ReadStream => new tty.ReadStream(openSync('/dev/tty', 'r'));

const key = {interrupt: '\u0003', endOfText: '\u0004', backspace: '\b', delete: '\u007F', eraseLine: '\u0015'};

/** A raw terminal leaves even Ctrl-C and the backspace to its reader. */
async function readLine(terminal: tty.ReadStream): Promise<string> {
  let line = '';
  for await (const text of terminal.setEncoding('utf8') as AsyncIterable<string>) {
    for (const letter of text) {
      switch (letter) {
        case '\r':
        case '\n':
          return line;
        case key.interrupt:
        case key.endOfText:
          throw new WinnowError('no secret was given', {exitCode: ExitCode.interrupted});
        case key.backspace:
        case key.delete:
          line = [...line].slice(0, -1).join('');
          break;
        case key.eraseLine:
          line = '';
          break;
        default:
          line += letter;
      }
    }
  }
  return line;
}
