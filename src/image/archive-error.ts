import {WinnowError} from '../model/winnow-error.js';

/** An image archive that cannot be what it claims: cut off, corrupt, hostile, or in a form that is not supported. */
export function archiveError(message: string, cause?: unknown): WinnowError {
  return new WinnowError(`image archive: ${message}`, {hint: 'save the image again, or load it into an engine to see what that says', cause});
}
