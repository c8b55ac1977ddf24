/** One chat call on a bare socket: the bytes of the answer as they come, and leaving in the middle of it. */
import { connect, type Socket } from "node:net";
import type { Stage } from "../../support/stage.ts";

export interface RawOptions {
  headers?: Record<string, string>;
  /** The call is left here in the middle of its request: only so many bytes of the body are sent. */
  bodyBytes?: number;
}

export class RawCall {
  readonly startedAt = Date.now();
  readonly socket: Socket;
  /** Pieces of the body, without the framing of chunks. Times are epoch milliseconds. */
  readonly pieces: { at: number; text: string }[] = [];
  /** 0 until the head of the answer is there. */
  status = 0;
  headers: Record<string, string> = {};
  headAt = 0;
  /** The connection is closed. */
  closed = false;
  #pending: Buffer = Buffer.alloc(0);
  #waiting: { until: () => boolean; resolve: () => void }[] = [];

  constructor(stage: Pick<Stage, "freellm">, body: unknown, options: RawOptions = {}) {
    const { freellm } = stage;
    const { host, hostname, port } = new URL(freellm.url);
    const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
    const headers = {
      host,
      authorization: `Bearer ${freellm.token}`,
      "content-type": "application/json",
      "content-length": String(bytes.length),
      connection: "close",
      ...options.headers,
    };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    this.socket = connect(Number(port), hostname);
    this.socket.setNoDelay(true);
    this.socket.write(`POST /v1/chat/completions HTTP/1.1\r\n${lines.join("")}\r\n`);
    this.socket.write(bytes.subarray(0, options.bodyBytes));
    this.socket.on("data", (more) => this.#take(typeof more === "string" ? Buffer.from(more) : more));
    this.socket.on("error", () => {});
    this.socket.on("close", () => {
      this.closed = true;
      this.#wake();
    });
  }

  /** The body so far. */
  get text(): string {
    return this.pieces.map((piece) => piece.text).join("");
  }

  /** Resolves as soon as `condition` holds; checked whenever bytes came. Rejects when the connection ends before. */
  async until(condition: () => boolean): Promise<void> {
    if (!condition() && !this.closed) {
      await new Promise<void>((resolve) => this.#waiting.push({ until: condition, resolve }));
    }
    if (!condition()) throw new Error(`the connection ended: HTTP ${this.status} ${this.text}`);
  }

  async saw(text: string): Promise<void> {
    await this.until(() => this.text.includes(text));
  }

  /** The whole body. */
  async end(): Promise<string> {
    await this.until(() => this.closed);
    return this.text;
  }

  /** Goes without a word; gives the time of it. */
  leave(): number {
    this.socket.destroy();
    return Date.now();
  }

  #take(bytes: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, bytes]);
    if (this.status === 0) {
      const end = this.#pending.indexOf("\r\n\r\n");
      if (end === -1) return;
      const [first = "", ...lines] = this.#pending.subarray(0, end).toString("latin1").split("\r\n");
      for (const line of lines) {
        const colon = line.indexOf(":");
        this.headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
      }
      this.#pending = this.#pending.subarray(end + 4);
      this.status = Number(first.split(" ")[1]);
      this.headAt = Date.now();
    }
    if (this.headers["transfer-encoding"] === "chunked") this.#takeChunks();
    else this.#pass(this.#pending.length);
    this.#wake();
  }

  #takeChunks(): void {
    for (;;) {
      const lineEnd = this.#pending.indexOf("\r\n");
      if (lineEnd === -1) return;
      const size = Number.parseInt(this.#pending.subarray(0, lineEnd).toString("latin1"), 16);
      if (this.#pending.length < lineEnd + 2 + size + 2) return;
      this.#pending = this.#pending.subarray(lineEnd + 2);
      this.#pass(size);
      this.#pending = this.#pending.subarray(2);
    }
  }

  #pass(size: number): void {
    const text = this.#pending.subarray(0, size).toString("utf8");
    this.#pending = this.#pending.subarray(size);
    if (text !== "") this.pieces.push({ at: Date.now(), text });
  }

  #wake(): void {
    const ready = this.#waiting.filter(({ until }) => this.closed || until());
    this.#waiting = this.#waiting.filter((waiter) => !ready.includes(waiter));
    for (const { resolve } of ready) resolve();
  }
}

/** A streamed call on a bare socket. */
export function rawStream(
  stage: Pick<Stage, "freellm">,
  model: string,
  options: RawOptions & { more?: Record<string, unknown> } = {},
): RawCall {
  const messages = [{ role: "user", content: "Hello" }];
  return new RawCall(stage, { model, messages, stream: true, ...options.more }, options);
}
