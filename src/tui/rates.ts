/** What happened lately, in buckets of ten seconds: the last quarter of an hour and no more. */
import type { RequestRecord } from "../core/route/event.ts";

export interface Bucket {
  requests: number;
  failed: number;
  tokens: number;
  /** Calls that were refused because of a limit. */
  limited: number;
  /** Requests that answered after a failure. */
  saved: number;
}

export const BUCKET_MS = 10_000;
export const BUCKETS = 90;

const LIMITED: ReadonlySet<string> = new Set([
  ...["rate_minute", "rate_unknown", "quota_hour", "quota_day", "quota_week", "quota_month", "concurrency"],
]);

export class Rates {
  readonly #buckets = new Map<number, Bucket>();

  add(record: RequestRecord): void {
    const end = record.at + record.durationMs;
    const number = Math.floor(end / BUCKET_MS);
    const bucket = this.#buckets.get(number) ?? emptyBucket();
    this.#buckets.set(number, bucket);
    bucket.requests++;
    if (record.outcome === "failed" || record.outcome === "broken") bucket.failed++;
    bucket.tokens += record.inputTokens + record.outputTokens;
    bucket.limited += record.attempts.filter(({ outcome }) => LIMITED.has(outcome)).length;
    if (record.outcome === "ok" && record.attempts.length > 1) bucket.saved++;
    if (this.#buckets.size <= BUCKETS * 2) return;
    const newest = Math.max(...this.#buckets.keys());
    for (const known of this.#buckets.keys()) if (known <= newest - BUCKETS) this.#buckets.delete(known);
  }

  /** The last quarter of an hour up to `now`, oldest first, in `count` equal parts. */
  series(now: number, count: number): Bucket[] {
    const newest = Math.floor(now / BUCKET_MS);
    const parts = Array.from({ length: count }, emptyBucket);
    for (let age = 0; age < BUCKETS; age++) {
      const bucket = this.#buckets.get(newest - age);
      const part = parts[Math.floor(((BUCKETS - 1 - age) * count) / BUCKETS)];
      if (bucket && part) addBucket(part, bucket);
    }
    return parts;
  }

  /** Sums over the last `milliseconds`, in whole buckets. */
  last(now: number, milliseconds: number): Bucket {
    const sum = emptyBucket();
    const newest = Math.floor(now / BUCKET_MS);
    for (let age = 0; age < Math.ceil(milliseconds / BUCKET_MS); age++) {
      const bucket = this.#buckets.get(newest - age);
      if (bucket) addBucket(sum, bucket);
    }
    return sum;
  }
}

function emptyBucket(): Bucket {
  return { requests: 0, failed: 0, tokens: 0, limited: 0, saved: 0 };
}

function addBucket(sum: Bucket, other: Bucket): void {
  sum.requests += other.requests;
  sum.failed += other.failed;
  sum.tokens += other.tokens;
  sum.limited += other.limited;
  sum.saved += other.saved;
}
