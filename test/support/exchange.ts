/** One request on a raw connection and everything that can be done to its answer, decent or not. */
import type { Socket } from "node:net";

/** What arrived, as the tests look at it. */
export interface UpstreamCall {
  /** Epoch milliseconds at which the request was complete. */
  at: number;
  method: string;
  path: string;
  headers: Record<string, string>;
  /** The key of `Authorization: Bearer`, or "". */
  key: string;
  /** Parsed JSON; undefined when there was none. */
  body: ChatBody | undefined;
  /** Epoch milliseconds at which the caller closed the connection before the answer was complete; null when it did not. */
  abortedAt: number | null;
}

/** A chat request as far as tests look into it. */
export interface ChatBody {
  model?: string;
  stream?: boolean;
  messages?: { role: string; content: unknown }[];
  [field: string]: unknown;
}

const REASONS: Record<number, string> = {
  200: "OK",
  400: "Bad Request",
  404: "Not Found",
  429: "Too Many Requests",
};

export class Exchange {
  #over = false;
  #begun = false;
  #left = () => {
    this.call.abortedAt = Date.now();
    this.#over = true;
  };

  constructor(
    readonly call: UpstreamCall,
    readonly socket: Socket,
  ) {
    socket.once("close", this.#left);
  }

  /** The answer is complete, or nobody waits for it any more. */
  get over(): boolean {
    return this.#over;
  }

  #finish(): void {
    this.#over = true;
    this.socket.off("close", this.#left);
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
  }

  /** A whole reply with a Content-Length; the connection stays open for the next request. */
  reply(status: number, headers: Record<string, string>, body: string | Uint8Array): void {
    if (this.#over) return;
    this.#finish();
    const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
    this.socket.write(head(status, { ...headers, "content-length": String(bytes.length) }));
    this.socket.write(bytes);
  }

  /** Opens a chunked reply. */
  begin(status: number, headers: Record<string, string>): void {
    if (this.#over || this.#begun) return;
    this.#begun = true;
    this.socket.write(head(status, { ...headers, "transfer-encoding": "chunked" }));
  }

  chunk(bytes: string | Uint8Array): void {
    if (this.#over) return;
    const content = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
    if (content.length === 0) return;
    this.socket.write(`${content.length.toString(16)}\r\n`);
    this.socket.write(content);
    this.socket.write("\r\n");
  }

  /** Ends a chunked reply properly. */
  end(): void {
    if (this.#over) return;
    this.#finish();
    this.socket.write("0\r\n\r\n");
  }

  /** Raw bytes, for what is no HTTP. */
  raw(bytes: string): void {
    if (!this.#over) this.socket.write(bytes);
  }

  /** Closes the connection with a FIN, whatever is missing. */
  cut(): void {
    this.#finish();
    this.socket.end();
  }

  /** Closes the connection with a RST. */
  reset(): void {
    this.#finish();
    this.socket.resetAndDestroy();
  }
}

export function head(status: number, headers: Record<string, string>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${REASONS[status] ?? "Status"}\r\n${lines.join("")}\r\n`;
}
