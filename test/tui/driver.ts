/** A person at the dashboard, without a terminal: presses keys, reads the screen, and sees what the server was told. */
import type { Command, CommandReply, Snapshot } from "../../src/core/command.ts";
import { CommandError } from "../../src/core/command.ts";
import type { Size } from "../../src/tui/model.ts";
import { Session } from "../../src/tui/session.ts";
import type { AskEvent, AskOptions, NumberedEvent, Server, Ticker } from "../../src/tui/source.ts";
import { plainText } from "./plain.ts";
import { LOOK, NOW, snapshot } from "./world.ts";

const TYPES_NOTHING =
  /^(?:enter|esc|tab|shift-tab|up|down|left|right|shift-up|shift-down|page(?:up|down)|home|end|backspace|ctrl-.)$/;

/** A clock that stands still until it is moved; then what was to happen happens. */
export class ManualTicker implements Ticker {
  time = NOW;
  #waiting: { at: number; callback: () => void }[] = [];

  now(): number {
    return this.time;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const entry = { at: this.time + milliseconds, callback };
    this.#waiting.push(entry);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== entry);
    };
  }

  async move(milliseconds: number): Promise<void> {
    this.time += milliseconds;
    const due = this.#waiting.filter(({ at }) => at <= this.time);
    this.#waiting = this.#waiting.filter(({ at }) => at > this.time);
    for (const { callback } of due) callback();
    await settle();
  }
}

/** Lets everything happen that needs no time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

export class FakeServer implements Server {
  readonly told: Command[] = [];
  readonly asked: AskOptions[] = [];
  snapshots = 0;
  state: () => Snapshot = () => snapshot();
  reply: (command: Command) => CommandReply = () => ({ type: "keys", keys: [] });
  /** What `events` gives for each connection, in turn; the last one stays open. */
  connections: (() => AsyncIterable<NumberedEvent[]>)[] = [];
  answer: AskEvent[] = [];
  /** Resolves what an open stream of events waits for. */
  send: (events: NumberedEvent[]) => void = () => {};

  async snapshot(): Promise<Snapshot> {
    this.snapshots++;
    return this.state();
  }

  async analytics(): Promise<never> {
    throw new CommandError("none", "no analytics here");
  }

  async execute(command: Command): Promise<CommandReply> {
    this.told.push(command);
    return this.reply(command);
  }

  events(_sequence: number, signal: AbortSignal): AsyncIterable<NumberedEvent[]> {
    return this.connections.shift()?.() ?? this.#open(signal);
  }

  async *#open(signal: AbortSignal): AsyncGenerator<NumberedEvent[]> {
    while (!signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<NumberedEvent[]>();
      this.send = resolve;
      signal.addEventListener("abort", () => resolve([]), { once: true });
      yield await promise;
    }
  }

  async *ask(options: AskOptions): AsyncIterable<AskEvent> {
    this.asked.push(options);
    yield* this.answer;
  }
}

export async function openDashboard(size: Size = { columns: 100, rows: 30 }) {
  const server = new FakeServer();
  const ticker = new ManualTicker();
  const session = new Session(server, ticker, LOOK);
  const screen = { copied: [] as string[], redrawn: 0, suspended: 0, quits: 0 };
  void session.feed.follow();
  await settle();
  const lines = (): string[] => session.frame(size).map(plainText);
  return {
    server,
    ticker,
    session,
    screen,
    lines,
    shown: () => lines().join("\n"),
    footer: () => lines().at(-1) ?? "",
    /** Key names, or text that is typed character by character. */
    async press(...keys: string[]): Promise<void> {
      for (const key of keys) {
        const named = TYPES_NOTHING.test(key) || key === "space";
        const presses = named
          ? [{ key, typed: key === "space" ? " " : "" }]
          : [...key].map((one) => ({ key: one === " " ? "space" : one, typed: one }));
        for (const one of presses) {
          session.press(one, {
            copy: (text) => void screen.copied.push(text),
            redraw: () => void screen.redrawn++,
            suspend: () => void screen.suspended++,
            quit: () => void screen.quits++,
          });
        }
        await settle();
      }
    },
  };
}
