/** Reading replies no further than the reader wants. */
import type { ByteReader } from "../ports.ts";

/** A reply was larger than its reader wanted; the connection is closed. */
export class ReplyTooLargeError extends Error {
  override name = "ReplyTooLargeError";

  constructor(maxBytes: number) {
    super(`The reply is larger than ${maxBytes} bytes.`);
  }
}

/** Counts what comes out of the decompression, so that a small reply cannot become a huge one. */
export async function readCounted(reader: ByteReader, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const value = await reader.read();
    if (value === null) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > maxBytes) {
      reader.cancel();
      throw new ReplyTooLargeError(maxBytes);
    }
    text += decoder.decode(value, { stream: true });
  }
}
