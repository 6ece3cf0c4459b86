import {ExitCode} from './exit-code.js';

export interface WinnowErrorOptions {
  readonly exitCode?: ExitCode;
  /** What to type or change next; printed behind the message on the same line. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/**
 * An expected failure: its message is one line for a person and names what went wrong; `hint` says what to do.
 * The command line prints `winnow: MESSAGE; HINT` and exits with `exitCode`. Anything else thrown is a defect.
 */
export class WinnowError extends Error {
  override readonly name = 'WinnowError';
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;

  constructor(message: string, {exitCode = ExitCode.failed, hint, cause}: WinnowErrorOptions = {}) {
    super(message, cause === undefined ? undefined : {cause});
    this.exitCode = exitCode;
    this.hint = hint;
  }
}
