import { describe, expect, test } from "vitest";
import type { RouterEvent } from "../../src/core/route/event.ts";
import { Feed } from "../../src/core/serve/feed.ts";

const event = (callId: number): RouterEvent => ({
  type: "call-settled",
  callId,
  at: 1,
  requests: 1,
  inputTokens: 1,
  outputTokens: 1,
  counted: true,
});

/** `count` events from `first` on. */
function push(feed: Feed, first: number, count: number): void {
  for (let number = first; number < first + count; number++) feed.push(number, event(number));
}

const callsOf = (feed: Feed, after: number) =>
  feed.since(after).map((entry) => ("callId" in entry.event ? entry.event.callId : null));

describe("what happened is kept for those who follow", () => {
  test("nothing is kept while nobody does, and who comes late is told so", () => {
    const feed = new Feed();
    push(feed, 1, 10);
    expect(feed.reaches(5)).toBe(false);
    expect(feed.since(5)).toEqual([]);
    expect(feed.reaches(10)).toBe(true);
  });

  test("from the moment somebody takes the state, every event after it is there", () => {
    const feed = new Feed();
    push(feed, 1, 10);
    feed.follow();
    push(feed, 11, 3);
    expect(feed.reaches(9)).toBe(false);
    expect(feed.reaches(10)).toBe(true);
    expect(callsOf(feed, 10)).toEqual([11, 12, 13]);
    expect(callsOf(feed, 12)).toEqual([13]);
    expect(feed.reaches(14)).toBe(false);
  });

  test("who asks for nothing while 4,096 events pass has left, and may come back", () => {
    const feed = new Feed();
    feed.follow();
    push(feed, 1, 4096);
    expect(feed.reaches(0)).toBe(true);
    push(feed, 4097, 2);
    expect(feed.reaches(4096)).toBe(false);
    feed.follow();
    push(feed, 4099, 1);
    expect(callsOf(feed, 4098)).toEqual([4099]);
  });

  test("who goes on asking is followed by all of them", () => {
    const feed = new Feed();
    feed.follow();
    let seen = 0;
    for (let round = 0; round < 10; round++) {
      push(feed, round * 1000 + 1, 1000);
      expect(feed.reaches(seen)).toBe(true);
      seen += feed.since(seen).length;
    }
    expect(seen).toBe(10_000);
  });

  test("a listener is called once, at the next event", () => {
    const feed = new Feed();
    let calls = 0;
    feed.onNext(() => calls++);
    push(feed, 1, 2);
    expect(calls).toBe(1);
    const stop = feed.onNext(() => calls++);
    stop();
    push(feed, 3, 1);
    expect(calls).toBe(1);
  });
});
