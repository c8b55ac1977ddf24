/** Goes on with a broken answer at another target, in the same stream to the client. */
import type { ChatEvent, Usage } from "../chat/event.ts";
import type { Failure, FailureKind } from "../chat/failure.ts";
import { awaited, LATER, type Later, type Wake } from "../chat/later.ts";
import type { ChatRequest } from "../chat/request.ts";
import type { AnswerStream, Batch, LiveAnswer } from "./live-answer.ts";
import { Seam } from "./seam.ts";

/** An answer that breaks so often is given up. */
const MOST_RESCUES = 5;
const CHARACTERS_PER_TOKEN = 4;
const LEAST_OUTPUT_TOKENS = 16;

/** Breaks that another target does not mend: the client is gone, or would get the same verdict. */
const FINAL: ReadonlySet<FailureKind> = new Set<FailureKind>(["aborted", "content_filter", "client_error"]);

const GO_ON =
  "Your last message was cut off by a network failure. Go on with it exactly where it stops, beginning with the very " +
  "next character. Do not repeat anything of it, do not start again, and do not mention the interruption.";

/** The request that asks for the rest of an answer of which the client has `text` already. */
export function continuation(request: ChatRequest, text: string): ChatRequest {
  if (text === "") return request;
  const spent = Math.ceil(text.length / CHARACTERS_PER_TOKEN);
  const { maxOutputTokens } = request;
  return {
    ...request,
    messages: [
      ...request.messages,
      { role: "assistant", content: text, toolCalls: [], isUnfinished: true },
      { role: "user", content: GO_ON },
    ],
    bytes: request.bytes + text.length + GO_ON.length,
    ...(maxOutputTokens === undefined
      ? {}
      : { maxOutputTokens: Math.max(LEAST_OUTPUT_TOKENS, maxOutputTokens - spent) }),
  };
}

/** Whether another target may mend this break. */
export function canRescue(failure: Failure): boolean {
  return !FINAL.has(failure.kind);
}

export interface RescuePorts {
  /** The answer that goes on after a break of `broken`, of which the client has `text`; null when there is none. */
  goOn(broken: LiveAnswer, failure: Failure, text: string): Promise<LiveAnswer | null>;
  /** Its model was given the text as the beginning of its own answer, rather than told to go on with it. */
  continuesExactly(next: LiveAnswer): boolean;
}

/** Reads like one answer, whatever breaks beneath. */
export class RescuedAnswer implements AnswerStream {
  readonly #ports: RescuePorts;
  #current: LiveAnswer;
  #seam: Seam | null = null;
  #text = "";
  #rescues = 0;
  /** Something left that cannot be continued: calls, a refusal, or the end. */
  #sealed = false;
  #broken: Failure | null = null;
  /** Looks for an answer that goes on. */
  #mending: ((wake: Wake) => ChatEvent[] | Later) | null = null;
  #cancelled = false;
  /** Output of the broken answers. */
  #earlierOutput = 0;
  /** The least that any of the calls said of the prompt: continuations hold what was answered, too. */
  #input = Number.POSITIVE_INFINITY;

  constructor(first: LiveAnswer, ports: RescuePorts) {
    this.#current = first;
    this.#ports = ports;
  }

  get failure(): Failure | null {
    return this.#broken;
  }

  get usage(): Usage {
    const { usage } = this.#current;
    if (this.#earlierOutput === 0) return usage;
    const inputTokens = Math.min(usage.inputTokens, this.#input);
    return { ...usage, inputTokens, outputTokens: usage.outputTokens + this.#earlierOutput, estimated: true };
  }

  read(wake: Wake): Batch | Later {
    for (;;) {
      const broken = this.#broken;
      if (broken !== null) this.#mending ??= awaited(() => this.#rescue(broken));
      if (this.#mending !== null) {
        const mended = this.#mending(wake);
        if (mended !== LATER) this.#mending = null;
        return mended;
      }
      const events = this.#current.read(wake);
      if (events === null || events === LATER) return events;
      const last = events[events.length - 1];
      const isBreak = last?.type === "failure";
      const passed = this.#take(isBreak ? events.slice(0, -1) : events);
      if (isBreak) this.#broken = last.failure;
      if (passed.length > 0) return passed;
    }
  }

  cancel(): void {
    this.#cancelled = true;
    this.#current.cancel();
  }

  /** What comes before the answer that goes on; or the end, a failure. */
  async #rescue(failure: Failure): Promise<ChatEvent[]> {
    const end: ChatEvent[] = [{ type: "failure", failure }];
    if (this.#cancelled || this.#sealed || this.#rescues >= MOST_RESCUES || !canRescue(failure)) return end;
    this.#rescues++;
    const held = this.#seam?.end() ?? "";
    this.#text += held;
    const { usage } = this.#current;
    this.#earlierOutput += usage.outputTokens;
    this.#input = Math.min(this.#input, usage.inputTokens);
    const next = await this.#ports.goOn(this.#current, failure, this.#text);
    if (next === null) return end;
    this.#current = next;
    if (this.#cancelled) {
      next.cancel();
      return end;
    }
    this.#broken = null;
    this.#seam = new Seam(this.#text, this.#ports.continuesExactly(next));
    const note = { type: "note" as const, text: `the answer broke (${failure.kind}) and goes on elsewhere` };
    return held === "" ? [note] : [{ type: "text-delta", text: held }, note];
  }

  /** What of these events the client may see, remembering what it has. */
  #take(events: ChatEvent[]): ChatEvent[] {
    if (this.#rescues === 0) {
      for (const event of events) this.#remember(event);
      return events;
    }
    const passed: ChatEvent[] = [];
    for (const event of events) {
      for (const part of this.#joined(event)) {
        this.#remember(part);
        passed.push(part);
      }
    }
    return passed;
  }

  /** An event of a continued answer, as part of the whole. */
  #joined(event: ChatEvent): ChatEvent[] {
    const seam = this.#seam;
    switch (event.type) {
      // Id and model stay those of the first; counts of tokens belong to the text as one model wrote it.
      case "start":
      case "logprobs-delta":
      case "reasoning-details":
        return [];
      case "reasoning-delta":
        return this.#text === "" ? [event] : [];
      case "text-delta": {
        const text = seam ? seam.push(event.text) : event.text;
        return text === "" ? [] : [{ type: "text-delta", text }];
      }
      case "usage":
        return [{ type: "usage", usage: this.usage }];
      case "tool-call-start":
      case "finish": {
        const text = seam?.end() ?? "";
        return text === "" ? [event] : [{ type: "text-delta", text }, event];
      }
      default:
        return [event];
    }
  }

  #remember(event: ChatEvent): void {
    switch (event.type) {
      case "text-delta":
        this.#text += event.text;
        break;
      case "tool-call-start":
      case "refusal-delta":
      case "finish":
        this.#sealed = true;
        break;
    }
  }
}
