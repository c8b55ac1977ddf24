/**
 * Follows the server: its state once, then its events, and the state again while things change, because limits and rests are
 * counted there. When the server is gone, it is asked again after 1, 2, 4, up to 10 seconds; what was known stays.
 */
import type { AnalyticsRange } from "../core/command.ts";
import { Knowledge } from "./data.ts";
import { GapError, type Server, type Ticker } from "./source.ts";

/** The state is not taken again sooner than this, and not later than that. */
const REFRESH_BUSY_MS = 1_000;
const REFRESH_IDLE_MS = 5_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 10_000;
const ANALYTICS_MS = 10_000;

export class Feed {
  readonly data = new Knowledge();
  readonly #server: Server;
  readonly #ticker: Ticker;
  readonly #stop = new AbortController();
  #changed = false;
  #refreshing = false;
  #refreshedAt = 0;
  #retryMs = FIRST_RETRY_MS;
  #range: AnalyticsRange | null = null;
  #analyticsAt = 0;
  #wake: (() => void) | null = null;

  constructor(server: Server, ticker: Ticker) {
    this.#server = server;
    this.#ticker = ticker;
  }

  /** Follows until `stop`. Never rejects. */
  async follow(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#connection();
        if (!this.#stop.signal.aborted) await this.#lost("the server ended the connection");
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        // Too far behind, or the server is another one: its state is all that is needed.
        if (error instanceof GapError) continue;
        await this.#lost(error instanceof Error ? error.message : String(error));
      }
    }
  }

  stop(): void {
    this.#stop.abort();
    this.#wake?.();
  }

  /** Takes the state again at the next tick. */
  refresh(): void {
    this.#changed = true;
    this.#refreshedAt = 0;
  }

  /** Which part of the past is looked at; null when none is. */
  watchAnalytics(range: AnalyticsRange | null): void {
    if (range !== this.#range) this.#analyticsAt = 0;
    this.#range = range;
  }

  /** Asks again where the wait is long. */
  retryNow(): void {
    this.#wake?.();
  }

  /** To be called a few times a second. */
  tick(): void {
    if (this.data.link.state !== "live") return;
    const now = this.#ticker.now();
    const since = now - this.#refreshedAt;
    if (!this.#refreshing && since >= (this.#changed ? REFRESH_BUSY_MS : REFRESH_IDLE_MS))
      void this.#takeState();
    if (this.#range !== null && now - this.#analyticsAt >= ANALYTICS_MS) {
      this.#analyticsAt = now;
      void this.#takeAnalytics(this.#range);
    }
  }

  async #connection(): Promise<void> {
    const snapshot = await this.#server.snapshot();
    this.#refreshedAt = this.#ticker.now();
    this.data.takeSnapshot(snapshot, this.#refreshedAt, true);
    this.data.link = { state: "live" };
    for await (const events of this.#server.events(snapshot.seq, this.#stop.signal)) {
      this.#retryMs = FIRST_RETRY_MS;
      if (events.length === 0) continue;
      this.data.takeEvents(events);
      this.#changed = true;
    }
  }

  async #takeState(): Promise<void> {
    this.#refreshing = true;
    this.#changed = false;
    this.#refreshedAt = this.#ticker.now();
    try {
      this.data.takeSnapshot(await this.#server.snapshot(), this.#ticker.now(), false);
    } catch {
      // The stream of events tells whether the server is gone.
    } finally {
      this.#refreshing = false;
    }
  }

  async #takeAnalytics(range: AnalyticsRange): Promise<void> {
    try {
      this.data.analytics[range] = await this.#server.analytics(range);
    } catch {
      // Asked again in a while; what was known stays.
    }
  }

  async #lost(reason: string): Promise<void> {
    const now = this.#ticker.now();
    const { link } = this.data;
    const since = link.state === "lost" ? link.since : now;
    this.data.link = { state: "lost", since, reason, retryAt: now + this.#retryMs };
    await new Promise<void>((resolve) => {
      const cancel = this.#ticker.after(this.#retryMs, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
    this.#wake = null;
    this.#retryMs = Math.min(LAST_RETRY_MS, this.#retryMs * 2);
  }
}
