import {WinnowError} from '../model/winnow-error.js';

/** A stream that does not follow its format. What was decoded before it stays valid. */
export function wireError(message: string, hint = 'what came before it is kept; run again'): WinnowError {
  return new WinnowError(`the probe's stream is unreadable: ${message}`, {hint});
}
