/** What the dashboard needs from outside, handed in by the command: the server, the clock, the terminal. */
import type { AnalyticsRange, AnalyticsView, Command, CommandReply, Snapshot } from "../core/command.ts";
import type { RouterEvent } from "../core/route/event.ts";

export interface NumberedEvent {
  sequence: number;
  event: RouterEvent;
}

/** Events were missed: the state must be taken again. */
export class GapError extends Error {
  override name = "GapError";
}

export interface AskOptions {
  /** `auto`, or one model. */
  model: string;
  prompt: string;
  signal: AbortSignal;
}

/** The streamed answer to one prompt; `head` first, then pieces of the text. */
export type AskEvent =
  | { type: "head"; servedBy: string; trail: string[]; requestId: string }
  | { type: "text"; text: string };

export interface Server {
  snapshot(): Promise<Snapshot>;
  analytics(range: AnalyticsRange): Promise<AnalyticsView>;
  execute(command: Command): Promise<CommandReply>;
  /** Batches of events after `sequence`, as they come; ends when the server does. Throws GapError. */
  events(sequence: number, signal: AbortSignal): AsyncIterable<NumberedEvent[]>;
  /** Throws when no answer could be had, with words for a person. */
  ask(options: AskOptions): AsyncIterable<AskEvent>;
}

export interface Ticker {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls `callback` once after `milliseconds`; the result cancels it. */
  after(milliseconds: number, callback: () => void): () => void;
}
