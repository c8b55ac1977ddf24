/** For the ports of the outbound side that tests write down. */
import { awaited } from "../../src/core/chat/later.ts";
import type { ByteReader } from "../../src/core/ports.ts";

/** A reader of the platform's streams. */
export function byteReader(reader: ReadableStreamDefaultReader<Uint8Array>): ByteReader {
  const read = async () => (await reader.read()).value ?? null;
  return {
    read,
    next: awaited(read),
    cancel: () => {
      reader.cancel().catch(() => {});
    },
  };
}
