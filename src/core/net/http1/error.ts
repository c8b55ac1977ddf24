/** What goes wrong on a connection. */

/** `code` is spelt as the runtime spells it for its own client, so that failures are classified alike. */
export class HttpError extends Error {
  override name = "HttpError";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The reply is none that HTTP/1.1 allows; where one of its parts begins or ends cannot be told. */
export function malformed(what: string): HttpError {
  return new HttpError("Malformed_HTTP_Response", `The reply is malformed: ${what}.`);
}
