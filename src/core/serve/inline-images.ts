/**
 * Images that a request names by address, fetched and put into it: for providers that take no addresses. Only the public
 * internet is asked, whatever the address resolves to; no redirect is followed unchecked.
 */
import { FailureError } from "../chat/failure.ts";
import type { ChatRequest, Content, ImagePart, Message } from "../chat/request.ts";
import type { ByteReader, Cancellation } from "../ports.ts";
import type { Gateway } from "./gateway.ts";

const MEGABYTE = 1024 * 1024;
const MAX_IMAGE_BYTES = 8 * MEGABYTE;
const MAX_TOTAL_BYTES = 20 * MEGABYTE;
/** For all images of a request together. */
const DEADLINE_MS = 15_000;
const MAX_REDIRECTS = 3;
const ACCEPTED: ReadonlySet<string> = new Set([
  "image/png",
  "image/jpeg",
  "image/webp",
  "image/gif",
  "image/heic",
  "image/heif",
  "image/avif",
  "image/bmp",
]);

type Ports = Pick<Gateway, "outbound" | "timers">;

interface Image {
  url: string;
  bytes: number;
}

interface Circumstances {
  /** Aborts when the client leaves or time is up. */
  either: AbortSignal;
  client: Cancellation;
  proxy: string | null;
}

/** The images of one request, fetched at most once however many targets are tried. */
export class InlineImages {
  readonly #ports: Ports;
  readonly #request: ChatRequest;
  readonly #fetched = new Map<string, Image>();

  constructor(ports: Ports, request: ChatRequest) {
    this.#ports = ports;
    this.#request = request;
  }

  /**
   * The request with every image in it; `proxy` is that of the key that will answer, null where it has none of its own.
   * Throws FailureError naming the image that cannot be had; rejects when `signal` aborts.
   */
  async inlined(signal: Cancellation, proxy: string | null): Promise<ChatRequest> {
    if (!this.#request.messages.some(({ content }) => hasAddress(content))) return this.#request;
    const either = new AbortController();
    const stop = (): void => either.abort(signal.reason);
    const timer = this.#ports.timers.after(DEADLINE_MS, () => either.abort());
    try {
      if (signal.aborted) stop();
      signal.addEventListener("abort", stop, { once: true });
      const messages: Message[] = [];
      let bytes = 0;
      for (const [at, message] of this.#request.messages.entries()) {
        if (!hasAddress(message.content)) {
          messages.push(message);
          continue;
        }
        const content = [];
        for (const [index, part] of message.content.entries()) {
          if (!isAddress(part)) {
            content.push(part);
            continue;
          }
          const place = `messages[${at}].content[${index}]`;
          const image = await this.#image(part.url, place, { either: either.signal, client: signal, proxy });
          bytes += image.bytes;
          if (bytes > MAX_TOTAL_BYTES) throw tooMuch(place);
          content.push({ ...part, url: image.url });
        }
        messages.push({ ...message, content });
      }
      return { ...this.#request, messages };
    } finally {
      timer.cancel();
      signal.removeEventListener("abort", stop);
    }
  }

  async #image(url: string, place: string, { either, client, proxy }: Circumstances): Promise<Image> {
    const known = this.#fetched.get(url);
    if (known) return known;
    try {
      const image = await this.#load(url, either, proxy);
      this.#fetched.set(url, image);
      return image;
    } catch (error) {
      if (client.aborted) throw error;
      const late = either.aborted ? `it did not come within ${DEADLINE_MS / 1000} s` : null;
      throw unusable(place, url, late ?? reasonOf(error));
    }
  }

  async #load(given: string, signal: AbortSignal, proxy: string | null): Promise<Image> {
    let url = given;
    for (let redirects = 0; ; redirects++) {
      const response = await this.#ports.outbound.send({
        url: addressOf(url),
        method: "GET",
        headers: { accept: "image/*" },
        signal,
        publicOnly: true,
        ...(proxy === null ? {} : { proxy }),
      });
      const { status, headers } = response;
      const reader = response.reader();
      const location = status >= 300 && status < 400 ? headers.get("location") : null;
      if (location !== null) {
        reader.cancel();
        if (redirects === MAX_REDIRECTS) throw new Unusable("it is redirected too often");
        if (!URL.canParse(location, url)) throw new Unusable("it is redirected to nowhere");
        url = new URL(location, url).href;
        continue;
      }
      const type = (headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
      if (status !== 200 || !ACCEPTED.has(type)) {
        reader.cancel();
        throw new Unusable(
          status === 200 ? "the reply is not an image of a known kind" : `the reply has status ${status}`,
        );
      }
      const bytes = await readUpTo(reader, MAX_IMAGE_BYTES);
      return { url: `data:${type};base64,${bytes.toString("base64")}`, bytes: bytes.byteLength };
    }
  }
}

/** Why an image cannot be had, in words that go on after "because". */
class Unusable extends Error {
  override name = "Unusable";
}

function isAddress(part: Exclude<Content, string>[number]): part is ImagePart {
  return part.type === "image" && /^https?:/i.test(part.url);
}

function hasAddress(content: Content): content is Exclude<Content, string> {
  return typeof content !== "string" && content.some(isAddress);
}

/** Spelt as the outbound port judges it, without a user's name and password. */
function addressOf(url: string): string {
  if (!URL.canParse(url)) throw new Unusable("its address is malformed");
  const parsed = new URL(url);
  if (parsed.username !== "" || parsed.password !== "") throw new Unusable("its address holds a password");
  parsed.hash = "";
  return parsed.href;
}

async function readUpTo(reader: ByteReader, most: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const value = await reader.read();
    if (value === null) return Buffer.concat(pieces);
    size += value.byteLength;
    if (size > most) {
      reader.cancel();
      throw new Unusable(`it is larger than ${most / MEGABYTE} MB`);
    }
    pieces.push(value);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Unusable) return error.message;
  if (error instanceof FailureError && error.failure.rule === "outbound/not-public") {
    return error.failure.message.replace(/\.$/, "");
  }
  return "its server could not be reached";
}

function unusable(place: string, url: string, reason: string): FailureError {
  const shown = url.length > 100 ? `${url.slice(0, 100)}...` : url;
  return problem(
    place,
    `Invalid '${place}': the image ${shown} cannot be fetched: ${reason}. Send it as a data: URL instead.`,
  );
}

function tooMuch(place: string): FailureError {
  return problem(
    place,
    `Invalid '${place}': the images of this request are larger than ${MAX_TOTAL_BYTES / MEGABYTE} MB together. Send fewer or smaller ones.`,
  );
}

/** Another provider may take the address as it is. */
function problem(parameter: string, message: string): FailureError {
  return new FailureError({
    kind: "client_error",
    scope: "request",
    rule: "images/unusable",
    message,
    parameter,
    unsent: true,
  });
}
