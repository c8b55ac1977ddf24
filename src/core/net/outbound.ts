/** The only place that calls out. Runs on Bun's fetch; figures and oddities are of Bun 1.4. */
import type { Outbound, OutboundResponse } from "../ports.ts";

/** A reply was larger than its reader wanted; the connection is closed. */
export class ReplyTooLargeError extends Error {
  override name = "ReplyTooLargeError";
}

/**
 * Calls providers. A redirect comes back as the reply that it is: following one would hand `x-goog-api-key` to
 * another host. TLS is verified whatever NODE_TLS_REJECT_UNAUTHORIZED says, proxies of the environment are not
 * used, and there is no timeout but the caller's signal, which closes the connection at once.
 */
export function createOutbound(): Outbound {
  return {
    async send({ url, method, headers, body, signal }) {
      // Bun's fetch would open file: and data: URLs, too.
      if (!url.startsWith("https://") && !url.startsWith("http://")) {
        throw new TypeError("Only http and https URLs are called.");
      }
      const response = await fetch(url, {
        method,
        headers,
        signal,
        redirect: "manual",
        tls: { rejectUnauthorized: true },
        proxy: false,
        timeout: false,
        ...(body === undefined ? {} : { body }),
      });
      return new FetchedResponse(response);
    },
  };
}

class FetchedResponse implements OutboundResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly #response: Response;

  constructor(response: Response) {
    this.#response = response;
    this.status = response.status;
    this.headers = response.headers;
  }

  async text(maxBytes: number): Promise<string> {
    const length = plainLength(this.headers);
    if (length === null) return readCounted(this.reader(), maxBytes);
    if (length <= maxBytes) return this.#response.text();
    await this.#response.body?.cancel();
    throw new ReplyTooLargeError(`The reply is larger than ${maxBytes} bytes.`);
  }

  reader(): ReadableStreamDefaultReader<Uint8Array> {
    return (this.#response.body ?? new Blob([]).stream()).getReader();
  }
}

/** Size of the decoded body where the headers already tell; null when only reading it will. */
function plainLength(headers: Headers): number | null {
  const length = headers.get("content-length");
  if (length === null || headers.has("content-encoding") || headers.has("transfer-encoding")) return null;
  return Number(length);
}

/** Counts what comes out of the decompression, so that a small reply cannot become a huge one. */
async function readCounted(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  maxBytes: number,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > maxBytes) {
      await reader.cancel();
      throw new ReplyTooLargeError(`The reply is larger than ${maxBytes} bytes.`);
    }
    text += decoder.decode(value, { stream: true });
  }
}
