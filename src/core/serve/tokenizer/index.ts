/**
 * The library tokenizer, behind the requests whose way hinges on an exact count. The first of them starts its thread; when
 * nobody asks any more it ends, and its memory with it.
 */
import type { ChatRequest } from "../../chat/request.ts";
import type { Log, Timer, Timers } from "../../ports.ts";
import { piecesOf } from "./prompt.ts";
import type { CountResult, CountTask } from "./worker.ts";

/** With the start of the thread. A client waits no longer for a count than for a slow answer to begin. */
const DEADLINE_MS = 8_000;
/** The thread of an agent is likely to come again within this. */
const IDLE_MS = 120_000;
/** Longer than any window of those that can be counted: the outcome is clear. */
const MOST_BYTES = 16 * 1024 * 1024;

export class Tokenizer {
  readonly #timers: Timers;
  readonly #log: Log;
  readonly #open = new Map<number, (count: number | null) => void>();
  #worker: Worker | null = null;
  #idle: Timer | null = null;
  #id = 0;

  constructor(timers: Timers, log: Log) {
    this.#timers = timers;
    this.#log = log;
  }

  /** Whether its thread, with the library, is there. */
  get isLoaded(): boolean {
    return this.#worker !== null;
  }

  /** Tokens of the prompt; null where they could not be counted in time. Never rejects. */
  count(request: ChatRequest): Promise<number | null> {
    if (request.bytes > MOST_BYTES) return Promise.resolve(null);
    const { texts, frame } = piecesOf(request);
    const id = ++this.#id;
    this.#idle?.cancel();
    return new Promise((resolve) => {
      const deadline = this.#timers.after(DEADLINE_MS, () => this.#fail("no count in time"));
      this.#open.set(id, (count) => {
        deadline.cancel();
        resolve(count === null ? null : count + frame);
      });
      try {
        this.#thread().postMessage({ id, texts } satisfies CountTask);
      } catch (error) {
        this.#fail(String(error));
      }
    });
  }

  close(): void {
    this.#idle?.cancel();
    this.#worker?.terminate();
    this.#worker = null;
    for (const done of this.#open.values()) done(null);
    this.#open.clear();
  }

  #thread(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { ref: false });
    worker.onmessage = ({ data: { id, count } }: MessageEvent<CountResult>) => {
      const done = this.#open.get(id);
      this.#open.delete(id);
      done?.(count);
      if (this.#open.size === 0) this.#idle = this.#timers.after(IDLE_MS, () => this.close());
    };
    worker.onerror = ({ message }) => this.#fail(message);
    this.#worker = worker;
    return worker;
  }

  /** Estimates stand where nothing is counted. */
  #fail(why: string): void {
    this.#log.error("the tokens of a prompt could not be counted", { error: why });
    this.close();
  }
}
