/** An answer that is not 200: `message` is one line for a person and is sent as `{"error": message}`. */
export class HttpError extends Error {
  override readonly name = 'HttpError';

  constructor(
    readonly status: 400 | 403 | 404 | 405 | 500 | 503,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
