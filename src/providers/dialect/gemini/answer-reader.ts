/**
 * Reads one answer out of the chunks of a stream, or out of a whole reply taken as a single chunk. Gives `start` first,
 * `finish` once, `usage` with the finish or as soon after it as it is known; after a `failure` nothing.
 */
import type { ChatEvent, FinishReason, Usage } from "../../../core/chat/event.ts";
import type { Failure } from "../../../core/chat/failure.ts";
import { type ChatRequest, isContinuation } from "../../../core/chat/request.ts";
import type { CallTarget } from "../../../core/provider.ts";
import { badReply, classifyEmbedded, contentFiltered, embeddedError } from "../../classify/index.ts";
import { isObject, type JsonObject, text } from "../../json.ts";
import { nineCharacterId } from "../openai/tool-ids.ts";
import { clientName } from "./names.ts";
import { rememberSignature } from "./signatures.ts";
import { readUsage } from "./usage.ts";

/** Of ai.google.dev/api/generate-content#FinishReason, November 2026. Words that are in no list here mean `stop`. */
const FILTERED: ReadonlySet<string> = new Set([
  "SAFETY",
  "RECITATION",
  "LANGUAGE",
  "BLOCKLIST",
  "PROHIBITED_CONTENT",
  "SPII",
  "IMAGE_SAFETY",
  "IMAGE_PROHIBITED_CONTENT",
  "IMAGE_RECITATION",
]);
/** What the model wrote cannot be used. */
const SPOILED: ReadonlySet<string> = new Set([
  "MALFORMED_FUNCTION_CALL",
  "MALFORMED_RESPONSE",
  "UNEXPECTED_TOOL_CALL",
  "TOO_MANY_TOOL_CALLS",
  "MISSING_THOUGHT_SIGNATURE",
  "OTHER",
]);

export class AnswerReader {
  /** Its chunks differ in more than their text. */
  readonly passing = false;
  readonly #request: ChatRequest;
  readonly #target: CallTarget;
  readonly #now: () => number;
  readonly #ids = new Set<string>();
  #started = false;
  #finished = false;
  #failed = false;
  /** Text came. */
  #said = false;
  #reasoned = false;
  #usage: Usage | undefined;
  /** The provider's name for this answer. */
  #responseId = "";

  constructor(request: ChatRequest, target: CallTarget, now: () => number) {
    this.#request = request;
    this.#target = target;
    this.#now = now;
  }

  get failed(): boolean {
    return this.#failed;
  }

  /** Whether the client may have seen a part of this answer. */
  get #committed(): boolean {
    return this.#said || this.#reasoned || this.#called;
  }

  get #called(): boolean {
    return this.#ids.size > 0;
  }

  take(chunk: JsonObject, events: ChatEvent[]): void {
    if (this.#failed) return;
    this.#usage = readUsage(chunk.usageMetadata) ?? this.#usage;
    if (this.#finished) {
      this.#flushUsage(events);
      return;
    }
    const error = embeddedError(chunk);
    if (error !== undefined) {
      this.failWith(error, events);
      return;
    }
    const candidate: unknown = Array.isArray(chunk.candidates) ? chunk.candidates[0] : undefined;
    if (!isObject(candidate)) {
      this.#blocked(chunk.promptFeedback, events);
      return;
    }
    if (!this.#started) this.#start(chunk, events);
    const { content, finishReason } = candidate;
    const parts = isObject(content) && Array.isArray(content.parts) ? content.parts : [];
    for (const part of parts) if (isObject(part)) this.#part(part, events);
    const reason = text(finishReason);
    if (reason !== "" && reason !== "FINISH_REASON_UNSPECIFIED") this.#finish(reason, events);
  }

  /** The reply is complete, whether it says so or not. */
  complete(events: ChatEvent[]): void {
    if (!this.#failed && !this.#finished) this.#finish("STOP", events);
  }

  /** The provider closed the connection. */
  close(events: ChatEvent[]): void {
    if (this.#failed || this.#finished) return;
    if (!this.#committed) {
      this.fail(badReply("generic/no-output", "the stream ended before any output"), events);
    } else {
      this.fail(brokenStream("generic/cut-stream", "the stream ended in the middle of the answer"), events);
    }
  }

  /** An error that the provider reported under HTTP 200. */
  failWith(error: unknown, events: ChatEvent[]): void {
    this.fail(classifyEmbedded(this.#target.provider, error, this.#now(), this.#committed), events);
  }

  fail(failure: Failure, events: ChatEvent[]): void {
    if (this.#failed || this.#finished) return;
    if (this.#started) this.#flushUsage(events);
    this.#failed = true;
    events.push({ type: "failure", failure });
  }

  /** A refused prompt comes without a candidate. Chunks that hold neither say nothing. */
  #blocked(feedback: unknown, events: ChatEvent[]): void {
    const reason = isObject(feedback) ? text(feedback.blockReason) : "";
    if (reason === "" || reason === "BLOCK_REASON_UNSPECIFIED") return;
    this.fail(contentFiltered(`the prompt was blocked (${word(reason)})`), events);
  }

  #start(chunk: JsonObject, events: ChatEvent[]): void {
    this.#started = true;
    this.#responseId = text(chunk.responseId);
    const now = this.#now();
    events.push({
      type: "start",
      id: `chatcmpl-${this.#responseId || now.toString(36)}`,
      model: text(chunk.modelVersion) || this.#target.modelId,
      created: Math.floor(now / 1000),
    });
  }

  #part(part: JsonObject, events: ChatEvent[]): void {
    if (isObject(part.functionCall)) {
      this.#call(part.functionCall, text(part.thoughtSignature), events);
      return;
    }
    const piece = text(part.text);
    if (piece === "") return;
    if (part.thought === true) {
      this.#reasoned = true;
      events.push({ type: "reasoning-delta", text: piece });
    } else {
      this.#said = true;
      events.push({ type: "text-delta", text: piece });
    }
  }

  /** A call comes whole, in one part. */
  #call(call: JsonObject, signature: string, events: ChatEvent[]): void {
    const name = text(call.name);
    if (name === "") return;
    const index = this.#ids.size;
    const given = JSON.stringify(isObject(call.args) ? call.args : {});
    let id = text(call.id);
    if (id === "" || this.#ids.has(id)) {
      const seed = [this.#responseId, this.#now(), name, given, signature].join(" ");
      id = `call_${nineCharacterId(seed)}${index}`;
    }
    this.#ids.add(id);
    if (signature !== "") rememberSignature(this.#target, id, signature);
    events.push({ type: "tool-call-start", index, id, name: clientName(name, this.#request) });
    events.push({ type: "tool-call-delta", index, arguments: given });
  }

  #flushUsage(events: ChatEvent[]): void {
    if (this.#usage) events.push({ type: "usage", usage: this.#usage });
    this.#usage = undefined;
  }

  #finish(reason: string, events: ChatEvent[]): void {
    if (SPOILED.has(reason)) {
      this.#spoiled(reason, events);
      return;
    }
    let finish: FinishReason = this.#called ? "tool_calls" : "stop";
    if (reason === "MAX_TOKENS") finish = "length";
    if (FILTERED.has(reason)) finish = "content_filter";
    if (finish === "content_filter" && !this.#committed) {
      this.fail(contentFiltered(`the provider's filter stopped the answer (${word(reason)})`), events);
    } else if (finish === "stop" && !this.#said && !isContinuation(this.#request)) {
      this.fail(badReply("generic/empty-completion", "the answer was empty"), events);
    } else {
      this.#finished = true;
      events.push({ type: "finish", reason: finish });
      this.#flushUsage(events);
    }
  }

  #spoiled(reason: string, events: ChatEvent[]): void {
    const message = `the model stopped with ${word(reason)}`;
    if (this.#committed) {
      this.fail(brokenStream("google/spoiled-answer", message), events);
      return;
    }
    const kind = reason === "OTHER" ? "bad_reply" : "bad_generation";
    const scope = reason === "OTHER" ? "model" : "request";
    this.fail({ kind, scope, status: 200, rule: "google/spoiled-answer", message }, events);
  }
}

function brokenStream(rule: string, message: string): Failure {
  return { kind: "broken_stream", scope: "model", rule, message };
}

/** A constant of the API, safe to show. */
function word(constant: string): string {
  return /^[A-Z_]{1,40}$/.test(constant) ? constant : "no known reason";
}
