/** Ink on a terminal that only writes down what it is given: keys reach the session, frames are few and small. */
import { Console } from "node:console";
import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import type { Snapshot } from "../../src/core/command.ts";
import { type Dash, openDash } from "../../src/tui/app.tsx";
import type { NumberedEvent, Ticker } from "../../src/tui/source.ts";
import { FakeServer } from "./driver.ts";
import { LOOK, NOW, record, snapshot } from "./world.ts";

const FRAME = "\u001b[?2026h";

class FakeOut extends EventEmitter {
  isTTY = true;
  columns = 100;
  rows = 30;
  writes: string[] = [];
  write(text: string | Uint8Array, ...rest: unknown[]): boolean {
    this.writes.push(String(text));
    const done = rest.at(-1);
    if (typeof done === "function") done();
    return true;
  }
}

class FakeIn extends PassThrough {
  isTTY = true;
  raw = false;
  setRawMode(raw: boolean): this {
    this.raw = raw;
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}

const ticker: Ticker = {
  now: () => Date.now(),
  after(milliseconds, callback) {
    const handle = setTimeout(callback, milliseconds);
    return () => clearTimeout(handle);
  },
};

// The console of the test runner has no constructor, and Ink keeps what is logged off the picture by making one.
Object.defineProperty(console, "Console", { value: Console, configurable: true });

let open: Dash | null = null;
afterEach(() => open?.end());

function start(more: { first?: Snapshot } = {}) {
  const stdout = new FakeOut();
  const stdin = new FakeIn();
  const server = new FakeServer();
  const dash = openDash({
    ...{ server, ticker, look: LOOK, stopProcess: () => {}, ...more },
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: stdout as unknown as NodeJS.WriteStream,
  });
  open = dash;
  const text = (): string => stdout.writes.join("");
  return {
    ...{ stdout, stdin, server, dash, text },
    async see(wanted: string): Promise<void> {
      const deadline = performance.now() + 10_000;
      while (!text().includes(wanted)) {
        if (performance.now() > deadline) throw new Error(`"${wanted}" was not drawn:\n${text()}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
  };
}

describe("on a terminal", () => {
  it("draws what is known in the very first frame", () => {
    const { text } = start({ first: snapshot() });
    expect(text()).toContain("groq-1");
  });

  it("takes the other screen, and gives everything back at q", async () => {
    const { see, stdin, text, dash } = start();
    await see("groq-1");
    expect(text()).toContain("\u001b[?1049h");
    expect(stdin.raw).toBe(true);
    stdin.write("q");
    await dash.ended;
    expect(stdin.raw).toBe(false);
    const end = text().slice(text().lastIndexOf("groq"));
    expect(end).toContain("\u001b[?1049l");
    expect(end).toContain("\u001b[?25h");
    expect(end).toContain("\u001b[?7h");
  });

  it("fast keys in one piece are several keys; escape sequences are one", async () => {
    const { see, stdin, server } = start();
    await see("groq-1");
    stdin.write("x4f2a\r");
    await see("removed");
    expect(server.told).toEqual([{ type: "key-remove", id: "groq-1" }]);
    stdin.write("\u001b[B");
    stdin.write("?");
    await see("type to search");
  });

  it("what is pasted is text, whatever it would do as keys", async () => {
    const { see, stdin, server } = start();
    await see("groq-1");
    stdin.write("t");
    await see("Playground");
    stdin.write("\u001b[200~quit q\r\nx y\u001b[201~");
    await see("quit q x y");
    expect(server.asked).toEqual([]);
  });

  it("what goes wrong inside gives the terminal back, and is told to whoever opened it", async () => {
    const { see, server, dash, stdin, text } = start();
    await see("groq-1");
    // A server that speaks another language.
    server.state = () => JSON.parse('{"keys": 7}');
    stdin.write("p");
    await expect(dash.ended).rejects.toThrow();
    expect(stdin.raw).toBe(false);
    expect(text()).toContain("\u001b[?1049l");
    expect(text().endsWith("\u001b[?7h")).toBe(true);
  });

  it("a smaller terminal gets a smaller frame", async () => {
    const { see, stdout, text } = start();
    await see("groq-1");
    stdout.writes.length = 0;
    stdout.columns = 60;
    stdout.rows = 15;
    stdout.emit("resize");
    await see("tightest limit");
    const last = text().slice(text().lastIndexOf(FRAME));
    expect(last.split("\n").length).toBeLessThanOrEqual(15);
  });
});

describe("a thousand events a second", () => {
  it("make at most 55 frames in five seconds, small ones, and no full clear", async () => {
    const { see, stdout, server, text } = start();
    await see("groq-1");
    const before = stdout.writes.filter((write) => write.includes(FRAME)).length;
    const bytesBefore = text().length;
    let sequence = 100;
    const started = performance.now();
    while (performance.now() - started < 5_000) {
      const due = Math.floor(performance.now() - started) - (sequence - 100);
      const events: NumberedEvent[] = [];
      for (let index = 0; index < due; index++) {
        sequence++;
        const one = record(0, "auto", [["groq-1", "ok", null]], {
          id: `req_${sequence}`,
          at: NOW + sequence,
        });
        events.push({ sequence, event: { type: "request-finished", record: one } });
      }
      server.send(events);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const frames = stdout.writes.filter((write) => write.includes(FRAME)).length - before;
    expect(sequence).toBeGreaterThan(4_900);
    expect(frames).toBeGreaterThan(5);
    expect(frames).toBeLessThanOrEqual(55);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what clears a screen
    expect(text()).not.toMatch(/\u001b\[[23]J/);
    expect((text().length - bytesBefore) / frames).toBeLessThan(4_000);
  }, 30_000);
});
