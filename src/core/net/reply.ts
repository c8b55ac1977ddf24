/** Reading replies no further than the reader wants. */
import type { ReplyHeaders } from "../chat/reply-headers.ts";
import type { ByteReader } from "../ports.ts";

/** A reply was larger than its reader wanted; the connection is closed. */
export class ReplyTooLargeError extends Error {
  override name = "ReplyTooLargeError";

  constructor(maxBytes: number) {
    super(`The reply is larger than ${maxBytes} bytes.`);
  }
}

/** Size of the decoded body where the headers already tell; null when only reading it will. */
export function plainLength(headers: ReplyHeaders): number | null {
  const length = headers.get("content-length");
  if (length === null || headers.has("content-encoding") || headers.has("transfer-encoding")) return null;
  return Number(length);
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

/** A reader of the platform's streams. */
export function byteReader(reader: ReadableStreamDefaultReader<Uint8Array>): ByteReader {
  return {
    read: async () => (await reader.read()).value ?? null,
    cancel: () => {
      reader.cancel().catch(() => {});
    },
  };
}
