/** Following a server: what is kept, what is asked again and when, and what happens when it goes. */
import { describe, expect, it } from "vitest";
import { Knowledge } from "../../src/tui/data.ts";
import { Feed } from "../../src/tui/feed.ts";
import { GapError } from "../../src/tui/source.ts";
import { FakeServer, ManualTicker, settle } from "./driver.ts";
import { NOW, record, snapshot } from "./world.ts";

function following() {
  const server = new FakeServer();
  const ticker = new ManualTicker();
  const feed = new Feed(server, ticker);
  return { server, ticker, feed };
}

const finished = (sequence: number, age: number) =>
  ({
    sequence,
    event: { type: "request-finished", record: record(age, "auto", [["groq-1", "ok", null]]) },
  }) as const;

describe("the feed", () => {
  it("takes the state, then what happens", async () => {
    const { server, feed } = following();
    void feed.follow();
    await settle();
    expect(feed.data.link).toEqual({ state: "live" });
    server.send([finished(101, 77)]);
    await settle();
    expect(feed.data.requests[0]?.id).toBe("req_000077");
    feed.stop();
  });

  it("begins with a state that is known, asks for no other, and follows from there", async () => {
    const { server, feed } = following();
    feed.beginWith(snapshot());
    expect(feed.data.link).toEqual({ state: "live" });
    expect(feed.data.snapshot?.keys.length).toBeGreaterThan(0);
    void feed.follow();
    await settle();
    expect(server.snapshots).toBe(0);
    server.send([finished(101, 77)]);
    await settle();
    expect(feed.data.requests[0]?.id).toBe("req_000077");
    feed.stop();
  });

  it("takes the state again at most once a second while things happen, and every five while nothing does", async () => {
    const { server, ticker, feed } = following();
    void feed.follow();
    await settle();
    for (let step = 0; step < 40; step++) {
      server.send([finished(101 + step, 200 + step)]);
      await settle();
      feed.tick();
      await ticker.move(100);
    }
    expect(server.snapshots).toBeGreaterThanOrEqual(4);
    expect(server.snapshots).toBeLessThanOrEqual(6);
    const before = server.snapshots;
    await ticker.move(1_000);
    feed.tick();
    await settle();
    await ticker.move(4_000);
    feed.tick();
    await settle();
    expect(server.snapshots).toBeLessThanOrEqual(before + 1);
    feed.stop();
  });

  it("after a gap takes the state at once", async () => {
    const { server, feed } = following();
    server.connections = [
      async function* () {
        yield [];
        throw new GapError("missed");
      },
    ];
    void feed.follow();
    await settle();
    expect(server.snapshots).toBe(2);
    expect(feed.data.link.state).toBe("live");
    feed.stop();
  });

  it("asks a server that is gone again after 1, 2, 4, 8, 10, 10 seconds, keeps what it knew, and finds it again", async () => {
    const { server, ticker, feed } = following();
    let up = true;
    server.state = () => {
      if (!up) throw new Error("connection refused");
      return snapshot();
    };
    server.connections = [async function* () {}];
    void feed.follow();
    await settle();
    up = false;
    expect(feed.data.link).toMatchObject({ state: "lost", reason: "the server ended the connection" });
    expect(feed.data.snapshot?.keys).toHaveLength(9);
    const waits: number[] = [];
    for (let round = 0; round < 6; round++) {
      const { link } = feed.data;
      if (link.state !== "lost") throw new Error("it should be gone");
      waits.push(link.retryAt - ticker.now());
      const before = server.snapshots;
      await ticker.move(link.retryAt - ticker.now() - 1);
      expect(server.snapshots).toBe(before);
      await ticker.move(1);
      expect(server.snapshots).toBe(before + 1);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
    up = true;
    await ticker.move(10_000);
    expect(feed.data.link).toEqual({ state: "live" });
    feed.stop();
  });

  it("takes up again what broke after a while without a word, but not for long, and only once", async () => {
    const { server, ticker, feed } = following();
    const links: string[] = [];
    let link = feed.data.link;
    Object.defineProperty(feed.data, "link", {
      get: () => link,
      set(next: typeof link) {
        link = next;
        links.push(next.state === "lost" ? next.reason : next.state);
      },
    });
    let breaks = (): void => {};
    const breaking = async function* () {
      yield [];
      await new Promise<void>((resolve) => {
        breaks = resolve;
      });
      throw new Error("aborted");
    };
    server.connections = [breaking, breaking, breaking];
    void feed.follow();
    await settle();
    // As after Ctrl-Z and fg: what was silent for too long has been given up meanwhile.
    await ticker.move(60_000);
    breaks();
    await settle();
    expect(links).toEqual(["live", "live"]);
    // It breaks at once again: there is something wrong.
    breaks();
    await settle();
    expect(links).toEqual(["live", "live", "aborted"]);
    feed.retryNow();
    await settle();
    await ticker.move(5_000);
    const answered = Promise.withResolvers<void>();
    server.snapshot = async () => {
      await answered.promise;
      return snapshot();
    };
    breaks();
    await settle();
    expect(links).toEqual(["live", "live", "aborted", "live"]);
    // The server hangs.
    await ticker.move(2_000);
    expect(links).toEqual(["live", "live", "aborted", "live", "aborted"]);
    answered.resolve();
    await settle();
    expect(links.at(-1)).toBe("live");
    feed.stop();
  });

  it("can be told not to wait", async () => {
    const { server, feed } = following();
    server.connections = [async function* () {}];
    void feed.follow();
    await settle();
    expect(feed.data.link.state).toBe("lost");
    feed.retryNow();
    await settle();
    expect(feed.data.link.state).toBe("live");
    feed.stop();
  });
});

describe("what is known", () => {
  it("has an end, however much happens", () => {
    const data = new Knowledge();
    data.takeSnapshot(snapshot(), NOW, true);
    for (let batch = 0; batch < 100; batch++) {
      const events = Array.from({ length: 200 }, (_, index) => {
        const callId = batch * 200 + index;
        const call = {
          callId,
          requestId: `open_${callId}`,
          keyId: "groq-1",
          model: "groq/a",
          at: NOW + callId,
        };
        const reserved = { type: "call-reserved", ...call, tokens: 1, inputTokens: 1, estimate: 1 } as const;
        return [{ sequence: 101 + callId * 2, event: reserved }, finished(102 + callId * 2, -callId)];
      }).flat();
      data.takeEvents(events);
    }
    expect(data.requests).toHaveLength(500);
    expect(data.live.length).toBeLessThanOrEqual(201);
    expect(data.rates.series(NOW + 20_000, 90)).toHaveLength(90);
  });

  it("takes an event once, whether the state or the stream tells it first", () => {
    const data = new Knowledge();
    const twice = finished(101, 5);
    data.takeSnapshot(snapshot({ requests: [twice.event.record] }), NOW, true);
    data.takeEvents([twice, twice]);
    expect(data.requests).toHaveLength(1);
    expect(data.rates.last(NOW, 60_000).requests).toBe(1);
  });

  it("forgets what was under way once events may have been missed", () => {
    const data = new Knowledge();
    data.takeSnapshot(snapshot(), NOW, true);
    const call = { callId: 1, requestId: "r", keyId: "groq-1", model: "groq/a", at: NOW };
    data.takeEvents([
      { sequence: 101, event: { type: "call-reserved", ...call, tokens: 1, inputTokens: 1, estimate: 1 } },
    ]);
    expect(data.live).toHaveLength(1);
    data.takeSnapshot(snapshot({ seq: 200 }), NOW, false);
    expect(data.live).toHaveLength(1);
    data.takeSnapshot(snapshot({ seq: 200 }), NOW, true);
    expect(data.live).toEqual([]);
  });
});
