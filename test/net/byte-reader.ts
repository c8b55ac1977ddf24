/** For the ports of the outbound side that tests write down. */
import type { ByteReader } from "../../src/core/ports.ts";

/** A reader of the platform's streams. */
export function byteReader(reader: ReadableStreamDefaultReader<Uint8Array>): ByteReader {
  return {
    read: async () => (await reader.read()).value ?? null,
    cancel: () => {
      reader.cancel().catch(() => {});
    },
  };
}
