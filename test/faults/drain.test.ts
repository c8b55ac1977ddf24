/** Many open streams: a reader that stalls costs nobody anything, and a server that is told to stop finishes them. */
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import type { Step } from "../support/steps.ts";
import { askStream } from "./support/ask.ts";
import { chunk, DONE, EVENTS, finish } from "./support/frames.ts";
import { rawStream } from "./support/raw.ts";
import { eventually } from "./support/stage.ts";

const MEGABYTE = 1024 * 1024;

async function open(env: Record<string, string> = {}): Promise<Stage> {
  const stage = await openStage({ env: { FREELLM_MAX_WAIT_MS: "0", ...env } });
  onTestFinished(() => stage.close());
  return stage;
}

/** Resident memory in bytes. */
function memoryOf({ freellm }: Stage): number {
  const status = readFileSync(`/proc/${freellm.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

/** Ends each open stream of its upstream when it is told to. */
function held(): { step: Step; say: (word: string) => void; end: () => void } {
  const exchanges = new Set<Parameters<Step>[0]>();
  return {
    step(exchange) {
      exchange.begin(200, EVENTS);
      exchange.chunk(chunk({ content: "begun " }));
      exchanges.add(exchange);
    },
    say(word) {
      for (const exchange of exchanges) exchange.chunk(chunk({ content: word }));
    },
    end() {
      for (const exchange of exchanges) {
        exchange.chunk(finish("stop") + DONE);
        exchange.end();
      }
    },
  };
}

const STREAMS = 1_000;
const ROUNDS = 20;
const FLOOD = `${"abcdefgh".repeat(2_048)} `;

/** As fast as the socket takes it, until nobody wants it any more; `sent` counts bytes. */
function flood(): { step: Step; sent: () => number } {
  let sent = 0;
  return {
    sent: () => sent,
    async step(exchange) {
      exchange.begin(200, EVENTS);
      const frame = chunk({ content: FLOOD });
      while (!exchange.over) {
        exchange.chunk(frame);
        sent += frame.length;
        if (exchange.socket.writableNeedDrain) {
          await Promise.race([
            new Promise((resolve) => exchange.socket.once("drain", resolve)),
            new Promise((resolve) => exchange.socket.once("close", resolve)),
          ]);
        }
      }
    },
  };
}

it.skipIf(process.platform !== "linux")(
  "a thousand open streams and one reader that stalls: memory stays flat, and all the others go on",
  async () => {
    const stage = await open();
    const many = held();
    const pour = flood();
    await stage.endpoints("many", [many.step]);
    await stage.endpoints("pour", [pour.step]);
    const calls = Array.from({ length: STREAMS }, () => rawStream(stage, "many"));
    await Promise.all(calls.map((call) => call.saw("begun ")));

    const body = JSON.stringify({ model: "pour", stream: true, messages: [{ role: "user", content: "Hi" }] });
    const { host, hostname, port } = new URL(stage.freellm.url);
    const stalled = connect(Number(port), hostname);
    stalled.on("error", () => {});
    stalled.write(
      `POST /v1/chat/completions HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${stage.freellm.token}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await new Promise((resolve) => stalled.once("data", resolve));
    stalled.pause();

    let before = 0;
    let poured = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const word = `word${round} `;
      many.say(word);
      await Promise.all(calls.map((call) => call.saw(word)));
      await sleep(50);
      if (round === ROUNDS / 2) {
        before = memoryOf(stage);
        poured = pour.sent();
      }
    }
    expect(memoryOf(stage) - before).toBeLessThan(16 * MEGABYTE);
    // What the stalled reader does not take is not read from its upstream either.
    expect(pour.sent() - poured).toBeLessThan(MEGABYTE);
    expect(pour.sent()).toBeLessThan(64 * MEGABYTE);
    stalled.destroy();
    many.end();
    const texts = await Promise.all(calls.map((call) => call.end()));
    expect(texts.filter((text) => !text.endsWith("data: [DONE]\n\n"))).toEqual([]);
  },
  60_000,
);

it("SIGTERM with 50 streams in flight: all of them end as they should, and the exit code is 0", async () => {
  const stage = await open();
  const many = held();
  await stage.endpoints("drained", [many.step]);
  const answers = Array.from({ length: 50 }, () => askStream(stage, { model: "drained" }));
  const seen = Array.from({ length: 5 }, () => rawStream(stage, "drained"));
  await Promise.all(seen.map((call) => call.saw("begun ")));
  const exit = stage.freellm.stop();
  await sleep(200);
  // New work is refused: either nobody listens any more, or with 503.
  const late = rawStream(stage, "drained");
  await late.end().catch(() => {});
  expect([0, 503]).toContain(late.status);
  many.say("goes on ");
  await Promise.all(seen.map((call) => call.saw("goes on ")));
  many.end();
  for (const told of await Promise.all(answers)) {
    expect(told).toMatchObject({ error: undefined, text: "begun goes on ", finish: "stop" });
  }
  for (const call of seen) expect(await call.end()).toMatch(/data: \[DONE\]\n\n$/);
  expect(await exit).toBe(0);
});

it("streams that do not end in time are cut, never finished", async () => {
  const stage = await open({ FREELLM_DRAIN_MS: "500" });
  await stage.endpoints("endless", [held().step]);
  const call = rawStream(stage, "endless");
  await call.saw("begun ");
  const startedAt = Date.now();
  await stage.freellm.stop();
  expect(Date.now() - startedAt).toBeLessThan(3_000);
  await eventually("the connection is closed", () => call.closed);
  expect(call.text).not.toContain("[DONE]");
  expect(call.text).not.toContain('"finish_reason":"stop"');
});

it("a second signal ends it now", async () => {
  const stage = await open();
  await stage.endpoints("impatient", [held().step]);
  const call = rawStream(stage, "impatient");
  await call.saw("begun ");
  const exit = stage.freellm.stop();
  // Sooner it would be the echo of the first one.
  await sleep(500);
  const startedAt = Date.now();
  process.kill(stage.freellm.pid, "SIGTERM");
  await exit;
  expect(Date.now() - startedAt).toBeLessThan(2_000);
  expect(call.text).not.toContain("[DONE]");
});
