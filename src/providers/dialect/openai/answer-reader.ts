/**
 * Reads one answer out of the chunks of a stream, or out of a whole reply taken as a single chunk. Gives `start` first,
 * `finish` once, `usage` with the finish or as soon after it as it is known; after a `failure` nothing.
 */
import type { ChatEvent, Usage } from "../../../core/chat/event.ts";
import type { Failure } from "../../../core/chat/failure.ts";
import { type ChatRequest, isContinuation, type Tool } from "../../../core/chat/request.ts";
import type { CallTarget } from "../../../core/provider.ts";
import { badReply, classifyEmbedded, contentFiltered } from "../../classify/index.ts";
import { isObject, type JsonObject, text } from "../../json.ts";
import { detailText, readContent } from "./content.ts";
import { EmptyAnswerFilter } from "./empty-answer.ts";
import { errorIn, unwrap } from "./envelope.ts";
import { readFinish } from "./finish.ts";
import { ThinkSplitter } from "./think.ts";
import { ToolCallReader } from "./tool-calls.ts";
import { originalIds } from "./tool-ids.ts";
import { readUsage } from "./usage.ts";

const NO_IDS: ReadonlyMap<string, string> = new Map();

export class AnswerReader {
  readonly #target: CallTarget;
  readonly #now: () => number;
  readonly #whole: boolean;
  readonly #think = new ThinkSplitter();
  readonly #filter: EmptyAnswerFilter;
  readonly #tools: readonly Tool[];
  readonly #originals: ReadonlyMap<string, string>;
  readonly #mayBeEmpty: boolean;
  #calls: ToolCallReader | null = null;
  #started = false;
  #finished = false;
  #failed = false;
  /** Text or a refusal came. */
  #said = false;
  #reasoned = false;
  /** Thinking comes as text: blocks beside it or after it only repeat it. */
  #plainThoughts = false;
  #usage: Usage | undefined;
  /** All of the thinking, where it may turn out to be the answer. */
  #thoughts: string | null;

  constructor(request: ChatRequest, target: CallTarget, now: () => number, whole: boolean) {
    this.#target = target;
    this.#now = now;
    this.#whole = whole;
    this.#tools = request.tools;
    this.#mayBeEmpty = isContinuation(request);
    const { quirks } = target.provider;
    this.#filter = new EmptyAnswerFilter(quirks.emptyAnswers);
    this.#thoughts = quirks.reasoningOnly === "answer" && request.tools.length === 0 ? "" : null;
    this.#originals = quirks.toolCallIds === "nine" ? originalIds(request) : NO_IDS;
  }

  get failed(): boolean {
    return this.#failed;
  }

  get passing(): boolean {
    return this.#said && this.#think.passing && this.#filter.passing && !this.#finished && !this.#failed;
  }

  /** Whether the client may have seen a part of this answer. */
  get #committed(): boolean {
    return this.#said || this.#reasoned || this.#called;
  }

  get #called(): boolean {
    return this.#calls?.any ?? false;
  }

  take(wrapped: JsonObject, events: ChatEvent[]): void {
    if (this.#failed) return;
    const chunk = unwrap(wrapped);
    if (!this.#finished) {
      const error = errorIn(chunk);
      if (error !== undefined) {
        this.failWith(error, events);
        return;
      }
    }
    const choices = chunk.choices;
    const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
    if (chunk.usage || chunk.x_groq) this.#count(chunk);
    if (this.#finished) {
      this.#flushUsage(events);
      return;
    }
    if (!isObject(choice) || (choice.index !== undefined && Number(choice.index) !== 0)) return;
    if (!this.#started) this.#start(chunk, events);
    if (choice.usage) this.#count(choice);
    if (choice.error) {
      this.failWith(choice.error, events);
      return;
    }
    const delta = choice.delta ?? choice.message;
    if (isObject(delta)) this.#delta(delta, events);
    else if (typeof choice.text === "string") this.#text(choice.text, events);
    if (choice.logprobs) this.#logprobs(choice.logprobs, events);
    const reason = choice.finish_reason;
    if (typeof reason === "string" && reason !== "" && reason !== "null") this.#finish(reason, events);
  }

  /** The provider said that the answer is complete. */
  complete(events: ChatEvent[]): void {
    if (!this.#failed && !this.#finished) this.#finish("stop", events);
  }

  /** The provider closed the connection. */
  close(events: ChatEvent[]): void {
    if (this.#failed || this.#finished) return;
    if (!this.#committed) {
      this.fail(badReply("generic/no-output", "the stream ended before any output"), events);
      return;
    }
    this.#flushText(false, events);
    this.#calls?.cut(events);
    this.fail(
      {
        kind: "broken_stream",
        scope: "model",
        rule: "generic/cut-stream",
        message: "the stream ended in the middle of the answer",
      },
      events,
    );
  }

  /** An error that the provider reported under HTTP 200. */
  failWith(error: unknown, events: ChatEvent[]): void {
    const { provider } = this.#target;
    this.fail(classifyEmbedded(provider, error, this.#now(), this.#committed), events);
  }

  fail(failure: Failure, events: ChatEvent[]): void {
    if (this.#failed || this.#finished) return;
    if (this.#started) this.#flushUsage(events);
    this.#failed = true;
    events.push({ type: "failure", failure });
  }

  #count(place: JsonObject): void {
    if (this.#target.provider.quirks.usage === "trust") this.#usage = readUsage(place) ?? this.#usage;
  }

  #start(chunk: JsonObject, events: ChatEvent[]): void {
    this.#started = true;
    const now = this.#now();
    const created = chunk.created;
    events.push({
      type: "start",
      id: text(chunk.id) || `chatcmpl-${now.toString(36)}`,
      model: text(chunk.model) || this.#target.modelId,
      created: typeof created === "number" && created > 0 ? Math.floor(created) : Math.floor(now / 1000),
    });
  }

  #delta(delta: JsonObject, events: ChatEvent[]): void {
    const thought = delta.reasoning_content || delta.reasoning;
    const details = delta.reasoning_details;
    const hasDetails = Array.isArray(details) && details.length > 0;
    if (typeof thought === "string" && thought !== "") {
      this.#plainThoughts = true;
      this.#reasoning(thought, events);
    } else if (hasDetails && !this.#plainThoughts) {
      this.#reasoning(detailText(details), events);
    }
    if (hasDetails) events.push({ type: "reasoning-details", details });

    const content = delta.content;
    if (typeof content === "string") {
      if (content !== "") this.#text(content, events);
    } else if (Array.isArray(content)) {
      for (const piece of readContent(content)) {
        if (piece.thinking) this.#reasoning(piece.text, events);
        else this.#text(piece.text, events);
      }
    }
    const refusal = delta.refusal;
    if (typeof refusal === "string" && refusal !== "") {
      this.#said = true;
      events.push({ type: "refusal-delta", text: refusal });
    }
    const calls = delta.tool_calls;
    if (calls) {
      for (const call of Array.isArray(calls) ? calls : [calls])
        this.#callReader().take(call, this.#whole, events);
    } else if (delta.function_call) {
      this.#callReader().takeLegacy(delta.function_call, this.#whole, events);
    }
  }

  #callReader(): ToolCallReader {
    this.#calls ??= new ToolCallReader(this.#originals, this.#now().toString(36), this.#tools);
    return this.#calls;
  }

  #text(piece: string, events: ChatEvent[]): void {
    if (this.#think.passing) this.#say(piece, events);
    else this.#split(this.#think.push(piece), events);
  }

  #split(split: { reasoning: string; text: string }, events: ChatEvent[]): void {
    this.#reasoning(split.reasoning, events);
    if (split.text !== "") this.#say(split.text, events);
  }

  #say(piece: string, events: ChatEvent[]): void {
    const shown = this.#filter.passing ? piece : this.#filter.push(piece);
    if (shown === "") return;
    this.#said = true;
    events.push({ type: "text-delta", text: shown });
  }

  #reasoning(piece: string, events: ChatEvent[]): void {
    if (piece === "") return;
    this.#reasoned = true;
    if (this.#thoughts !== null) this.#thoughts += piece;
    events.push({ type: "reasoning-delta", text: piece });
  }

  /** `complete`: nothing more will come, so a leaked verdict can be told from the beginning of an answer. */
  #flushText(complete: boolean, events: ChatEvent[]): void {
    if (!this.#think.passing) this.#split(this.#think.end(this.#mayBeEmpty), events);
    if (this.#filter.passing || (complete && this.#filter.isEmptyAnswer())) return;
    const held = this.#filter.release();
    if (held !== "") this.#say(held, events);
  }

  #logprobs(logprobs: unknown, events: ChatEvent[]): void {
    const content = isObject(logprobs) ? logprobs.content : undefined;
    if (Array.isArray(content) && content.length > 0) events.push({ type: "logprobs-delta", content });
  }

  #flushUsage(events: ChatEvent[]): void {
    if (this.#usage) events.push({ type: "usage", usage: this.#usage });
    this.#usage = undefined;
  }

  #finish(word: string, events: ChatEvent[]): void {
    const reason = readFinish(word);
    const ended = reason === "stop" || reason === "tool_calls";
    this.#flushText(ended, events);
    if (ended && !this.#said && !this.#called && this.#thoughts) this.#say(this.#thoughts, events);
    if (reason === "fault") {
      this.failWith(`the model stopped with finish_reason "${word.toLowerCase()}"`, events);
    } else if (reason === "content_filter" && !this.#committed) {
      this.fail(contentFiltered("the provider's filter stopped the answer"), events);
    } else if (ended && !this.#said && !this.#called && !this.#mayBeEmpty) {
      this.fail(badReply("generic/empty-completion", "the answer was empty"), events);
    } else {
      if (ended) this.#calls?.end(events);
      else this.#calls?.cut(events);
      this.#finished = true;
      events.push({ type: "finish", reason: ended ? (this.#called ? "tool_calls" : "stop") : reason });
      this.#flushUsage(events);
    }
  }
}
