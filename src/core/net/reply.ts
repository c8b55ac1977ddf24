/** Reading replies no further than the reader wants. */

/** A reply was larger than its reader wanted; the connection is closed. */
export class ReplyTooLargeError extends Error {
  override name = "ReplyTooLargeError";

  constructor(maxBytes: number) {
    super(`The reply is larger than ${maxBytes} bytes.`);
  }
}

/** Size of the decoded body where the headers already tell; null when only reading it will. */
export function plainLength(headers: Headers): number | null {
  const length = headers.get("content-length");
  if (length === null || headers.has("content-encoding") || headers.has("transfer-encoding")) return null;
  return Number(length);
}

/** Counts what comes out of the decompression, so that a small reply cannot become a huge one. */
export async function readCounted(
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
      throw new ReplyTooLargeError(maxBytes);
    }
    text += decoder.decode(value, { stream: true });
  }
}
