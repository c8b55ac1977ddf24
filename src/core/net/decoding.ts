/**
 * Takes compression off replies, a piece at a time and no further than the reader has read. Loaded with the first reply that
 * is compressed: none is asked for.
 */
import { pipeline, Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import { awaited } from "../chat/later.ts";
import type { ByteReader, OutboundResponse } from "../ports.ts";
import { readCounted } from "./reply.ts";

/** Encodings in a row that a reply may have. */
const MOST_ENCODINGS = 3;

/** The last encoding that was put on comes off first. What nobody knows is left as it is. */
export function decoded(body: Readable, encodings: string): Readable {
  let stream = body;
  for (const encoding of encodings.split(",").slice(0, MOST_ENCODINGS).reverse()) {
    const decoder = decoderFor(encoding.trim().toLowerCase());
    if (decoder !== null) stream = pipeline(stream, decoder, () => {});
  }
  return stream;
}

function decoderFor(encoding: string) {
  switch (encoding) {
    case "gzip":
    case "x-gzip":
      return createGunzip();
    case "deflate":
      return createInflate();
    case "br":
      return createBrotliDecompress();
    case "zstd":
      return createZstdDecompress();
    default:
      return null;
  }
}

/** Reads on only when it is asked; cancelling it closes the connection. */
export function readerOf(body: Readable): ByteReader {
  const chunks: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
  const read = async () => {
    const { done, value } = await chunks.next();
    return done ? null : value;
  };
  return {
    read,
    next: awaited(read),
    cancel() {
      body.destroy();
    },
  };
}

/** The reply without its compression. */
export function decodedResponse(reply: OutboundResponse, encodings: string): OutboundResponse {
  const { status, headers } = reply;
  const reader = (): ByteReader => readerOf(decoded(streamOf(reply.reader()), encodings));
  return { status, headers, reader, text: (maxBytes) => readCounted(reader(), maxBytes) };
}

/** A body as a stream that asks for a piece when one is wanted. */
function streamOf(reader: ByteReader): Readable {
  return new Readable({
    highWaterMark: 0,
    read() {
      reader.read().then(
        (piece) => this.push(piece),
        (error: Error) => this.destroy(error),
      );
    },
    destroy(error, done) {
      reader.cancel();
      done(error);
    },
  });
}
