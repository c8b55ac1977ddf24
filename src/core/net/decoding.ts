/**
 * Takes compression off replies, a piece at a time and no further than the reader has read. Loaded with the first reply that
 * is compressed: none is asked for.
 */
import { pipeline, Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";

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
export function readerOf(body: Readable): ReadableStreamDefaultReader<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel() {
        body.destroy();
      },
    },
    { highWaterMark: 0 },
  );
  return stream.getReader();
}

/** A body of Bun's fetch, decoded. */
export function decodedReader(
  body: ReadableStream<Uint8Array>,
  encodings: string,
): ReadableStreamDefaultReader<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  return readerOf(decoded(Readable.from(chunks, { objectMode: false, highWaterMark: 0 }), encodings));
}
