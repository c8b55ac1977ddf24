/**
 * Follows the server: its state once, then its events, and the state again while things change, because limits and rests are
 * counted there. When the server is gone, it is asked again after 1, 2, 4, up to 10 seconds; what was known stays. A
 * connection that was good and broke (the program was suspended, the machine slept) is taken up again before anything is said.
 */
import type { AnalyticsRange, Snapshot } from "../core/command.ts";
import { Knowledge } from "./data.ts";
import { GapError, type Server, type Ticker } from "./source.ts";

/** The state is not taken again sooner than this, and not later than that. */
const REFRESH_BUSY_MS = 1_000;
const REFRESH_IDLE_MS = 5_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 10_000;
const ANALYTICS_MS = 10_000;
/** A connection that lasted so long was good. */
const GOOD_MS = 1_000;
/** Nothing is said of a break for so long. */
const QUIET_MS = 2_000;

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
  /** Since when the connection is there; null while there is none. */
  #goodSince: number | null = null;
  /** The state before the first connection. */
  #first: Snapshot | null = null;
  /** Ends the time in which a break is not told. */
  #endQuiet = (): void => {};

  constructor(server: Server, ticker: Ticker) {
    this.#server = server;
    this.#ticker = ticker;
  }

  /** The state as it was a moment ago: there is something to see at once, and following goes on from there. */
  beginWith(snapshot: Snapshot): void {
    this.#first = snapshot;
    this.#refreshedAt = this.#ticker.now();
    this.data.takeSnapshot(snapshot, this.#refreshedAt, true);
    this.data.link = { state: "live" };
  }

  /** Follows until `stop`. Never rejects. */
  async follow(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      let reason = "the server ended the connection";
      this.#goodSince = null;
      try {
        await this.#connection();
      } catch (error) {
        // Too far behind, or the server is another one: its state is all that is needed.
        if (error instanceof GapError) continue;
        reason = error instanceof Error ? error.message : String(error);
      }
      this.#endQuiet();
      if (this.#stop.signal.aborted) return;
      if (this.#wasGood()) this.#keepQuiet(reason);
      else await this.#lost(reason);
    }
  }

  #wasGood(): boolean {
    return this.#goodSince !== null && this.#ticker.now() - this.#goodSince >= GOOD_MS;
  }

  /** For a moment what is known stands, until the connection is there again or cannot be had. */
  #keepQuiet(reason: string): void {
    const since = this.#ticker.now();
    this.#endQuiet = this.#ticker.after(QUIET_MS, () => {
      this.data.link = { state: "lost", since, reason, retryAt: since };
    });
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

  /** Asks why a request went where it went. What is known already does not change any more. */
  async explain(id: string): Promise<void> {
    if (this.data.explained.get(id)?.state === "known") return;
    this.data.explain(id, { state: "asking" });
    try {
      const reply = await this.#server.execute({ type: "explain", id, full: true });
      if (reply.type !== "explanation") throw new Error("the server gave another answer");
      this.data.explain(id, { state: "known", explanation: reply.explanation });
    } catch (error) {
      this.data.explain(id, {
        state: "failed",
        reason: error instanceof Error ? error.message : String(error),
      });
    }
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
    const snapshot = this.#first ?? (await this.#server.snapshot());
    this.#first = null;
    this.#endQuiet();
    this.#refreshedAt = this.#ticker.now();
    this.#goodSince = this.#refreshedAt;
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
