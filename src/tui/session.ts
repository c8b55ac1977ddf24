/** The dashboard without its terminal: takes key presses, follows the server, carries out what is wanted, and draws frames. */
import { type Command, CommandError, type CommandReply } from "../core/command.ts";
import { FLASH_MS, UNDO_MS } from "./actions/outcome.ts";
import { Feed } from "./feed.ts";
import type { Line } from "./line.ts";
import { frame, type Look, type Size } from "./model.ts";
import { type Press, press } from "./press.ts";
import type { Server, Ticker } from "./source.ts";
import { type Effect, type Flash, firstUi, type Play, type Ui } from "./ui.ts";

/** What only the terminal can do. */
export interface Screen {
  copy(text: string): void;
  /** Draws everything anew. */
  redraw(): void;
  /** Stops the program until it is told to go on. */
  suspend(): void;
  quit(): void;
}

/** More of an answer than this is not kept. */
const LONGEST_ANSWER = 200_000;

export class Session {
  readonly feed: Feed;
  ui: Ui = firstUi();
  readonly #server: Server;
  readonly #ticker: Ticker;
  readonly #look: Look;
  #asking: AbortController | null = null;
  #size: Size = { columns: 80, rows: 24 };

  constructor(server: Server, ticker: Ticker, look: Look) {
    this.#server = server;
    this.#ticker = ticker;
    this.#look = look;
    this.feed = new Feed(server, ticker);
  }

  get look(): Look {
    return this.#look;
  }

  frame(size: Size): Line[] {
    this.#size = size;
    return frame(this.feed.data, this.ui, this.#ticker.now(), size, this.#look);
  }

  /** To be called a few times a second. */
  tick(): void {
    this.feed.watchAnalytics(this.ui.view === "analytics" ? this.ui.range : null);
    this.feed.tick();
  }

  stop(): void {
    this.#asking?.abort();
    this.feed.stop();
  }

  press(pressed: Press, screen: Screen): void {
    const { data } = this.feed;
    const situation = {
      ...{ ui: this.ui, data, now: this.#now() },
      providers: this.#look.signUps.map(({ provider }) => provider),
      page: Math.max(1, this.#size.rows - 8),
    };
    const { ui, effects } = press(situation, pressed);
    this.ui = ui;
    for (const effect of effects) this.#run(effect, screen);
  }

  #run(effect: Effect, screen: Screen): void {
    switch (effect.type) {
      case "command":
        void this.#execute(effect);
        break;
      case "ask":
        void this.#ask(effect.model, effect.prompt);
        break;
      case "explain":
        void this.feed.explain(effect.id);
        break;
      case "stop-asking":
        this.#asking?.abort();
        break;
      case "copy":
        screen.copy(effect.text);
        this.#flash(`${effect.what} copied`, "good");
        break;
      case "redraw":
        screen.redraw();
        break;
      case "suspend":
        screen.suspend();
        break;
      case "retry":
        this.feed.retryNow();
        break;
      case "quit":
        screen.quit();
        break;
    }
  }

  async #execute({ command, done, undo }: Extract<Effect, { type: "command" }>): Promise<void> {
    try {
      const reply = await this.#server.execute(command);
      this.feed.refresh();
      const { text, tone } = resultOf(command, reply, done);
      this.#flash(text, tone, undo === undefined ? FLASH_MS : UNDO_MS);
      const until = this.#now() + UNDO_MS;
      this.ui = { ...this.ui, undo: undo === undefined ? null : { ...undo, until } };
    } catch (error) {
      const hint = error instanceof CommandError && error.hint !== null ? ` ${error.hint}` : "";
      this.#flash(`${error instanceof Error ? error.message : String(error)}${hint}`, "bad");
    }
  }

  async #ask(model: string, prompt: string): Promise<void> {
    const asking = new AbortController();
    this.#asking = asking;
    this.#play({
      ...{ asked: prompt, prompt: "", state: "asking", answer: "", servedBy: null, trail: [], error: null },
      ...{ startedAt: this.#now(), firstAt: null, endedAt: null },
    });
    try {
      for await (const event of this.#server.ask({ model, prompt, signal: asking.signal })) {
        if (event.type === "head") this.#play({ servedBy: event.servedBy, trail: event.trail });
        else {
          const { answer, firstAt } = this.ui.play;
          this.#play({
            answer: (answer + event.text).slice(0, LONGEST_ANSWER),
            firstAt: firstAt ?? this.#now(),
          });
        }
      }
      this.#play({ state: asking.signal.aborted ? "cancelled" : "done", endedAt: this.#now() });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (asking.signal.aborted) this.#play({ state: "cancelled", endedAt: this.#now() });
      else this.#play({ state: "failed", error: message, endedAt: this.#now() });
    } finally {
      this.#asking = null;
    }
  }

  /** By the server's clock. */
  #now(): number {
    return this.#ticker.now() + this.feed.data.skew;
  }

  #play(changes: Partial<Play>): void {
    this.ui = { ...this.ui, play: { ...this.ui.play, ...changes } };
  }

  #flash(text: string, tone: Flash["tone"], forMs: number = FLASH_MS): void {
    this.ui = { ...this.ui, flash: { text, tone, until: this.#now() + forMs } };
  }
}

/** What to say of a command that was carried out. */
function resultOf(command: Command, reply: CommandReply, done: string): Pick<Flash, "text" | "tone"> {
  if (reply.type === "probes") {
    const [first] = reply.probes;
    if (command.type === "key-test" && command.id !== null && first) {
      const tones = { valid: "good", invalid: "bad", inconclusive: "warn" } as const;
      return { text: `${first.id} is ${first.result}: ${first.detail}`, tone: tones[first.result] };
    }
    const valid = reply.probes.filter(({ result }) => result === "valid").length;
    return {
      text: `${valid} of ${reply.probes.length} keys are valid`,
      tone: valid === reply.probes.length ? "good" : "warn",
    };
  }
  if (command.type === "key-clear" && reply.type === "key" && reply.notes.length > 0) {
    return { text: `${command.id}: ${reply.notes.join(" ")}`, tone: "warn" };
  }
  const notes = reply.type === "key" && reply.notes.length > 0 ? ` (${reply.notes.join(" ")})` : "";
  return { text: `${done}${notes}`, tone: "good" };
}
