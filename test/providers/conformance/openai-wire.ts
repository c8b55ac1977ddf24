/** The OpenAI wire as one provider speaks it: strict about what comes in, with its oddities in what goes out. */
import type { ProviderSpec } from "../../../src/core/provider.ts";
import { isObject, type JsonObject } from "../../../src/providers/json.ts";
import { COUNTED, type Script, type SimulatedWire, type WireReply, type WireRequest } from "./script.ts";
import { type Refusal, refuse } from "./strict-openai.ts";

const JSON_TYPE = { "content-type": "application/json" };
const USAGE = {
  prompt_tokens: COUNTED.input,
  completion_tokens: COUNTED.output,
  total_tokens: COUNTED.input + COUNTED.output,
};

/** `token` is what the header must carry. */
export function openaiWire(provider: ProviderSpec, token: string): SimulatedWire {
  return {
    refusal({ path, method, headers, body }) {
      if (method !== "POST" || !path.endsWith("/chat/completions"))
        return json(404, { error: { message: "no such path" } });
      if (headers.authorization !== `Bearer ${token}`)
        return json(401, { error: { message: "Wrong key", code: 401 } });
      for (const [name, value] of Object.entries(provider.quirks.headers)) {
        if (name !== "authorization" && headers[name] !== value)
          return json(403, { message: `the header ${name} is missing` });
      }
      if (headers["content-type"] !== "application/json" || !isObject(body))
        return json(415, { error: { message: "the body is no JSON" } });
      const refusal = refuse(provider, body);
      return refusal && refused(provider, refusal);
    },
    answer: (request, script) => answer(provider, request, script),
  };
}

export function json(status: number, body: unknown): WireReply {
  return { status, headers: JSON_TYPE, pieces: [JSON.stringify(body)] };
}

/** Strict ones list the field, the others tell it in words. */
function refused({ quirks }: ProviderSpec, { message, field }: Refusal): WireReply {
  if (quirks.toolCallIds === "nine") {
    const loc = ["body", ...(field?.split(".") ?? [])];
    return json(422, {
      object: "error",
      message: { detail: [{ type: "extra_forbidden", loc, msg: message }] },
    });
  }
  return json(400, { error: { message, type: "invalid_request_error", param: field ?? null, code: null } });
}

function answer(provider: ProviderSpec, { body }: WireRequest, script: Script): WireReply {
  const { quirks } = provider;
  const asked: JsonObject = isObject(body) ? body : {};
  const head = { id: "chatcmpl-made-up", created: 1_790_000_000, model: asked.model };
  // A server without a sensible limit of its own cuts off whom it was not told one by.
  const cut = quirks.maxTokens.whenMissing !== null && asked[quirks.maxTokensField] === undefined;
  const calls = (script.calls ?? []).slice(0, quirks.parallelToolCalls === "force_false" ? 1 : undefined);
  const finish = cut ? "length" : calls.length > 0 ? finishOfCalls(quirks.toolCallIds) : "stop";
  const usage = quirks.usage === "ignore" ? { kudos: 12, prompt_tokens: 1, completion_tokens: 12 } : USAGE;
  const message = { ...thinking(provider, script), ...spoken(provider, script, cut), ...called(calls) };
  if (asked.stream !== true) {
    const choice = { index: 0, message: { role: "assistant", ...message }, finish_reason: finish };
    const reply = { ...head, object: "chat.completion", choices: [choice], usage };
    return json(
      200,
      provider.credential === "account_and_token" ? { result: reply, success: true, errors: [] } : reply,
    );
  }
  const options = asked.stream_options;
  const told = quirks.streamUsage === "never" || (isObject(options) && options.include_usage === true);
  const chunk = (delta: object, reason: string | null = null, more: object = {}) => ({
    ...head,
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, finish_reason: reason }],
    ...more,
  });
  const deltas = [
    ...pieces(thinking(provider, script)),
    ...pieces(spoken(provider, script, cut)),
    ...callDeltas(calls),
  ];
  const place = told ? (script.usagePlace ?? "extra_chunk") : "none";
  const last = {
    last_chunk: [chunk({}, finish, { usage })],
    extra_chunk: [chunk({}, finish), { ...head, choices: [], usage }],
    every_chunk: [chunk({}, finish, { usage })],
    x_groq: [chunk({}, finish, { x_groq: { id: "req_made_up", usage } })],
    choice: [{ ...head, choices: [{ index: 0, delta: {}, finish_reason: finish, usage }] }],
    none: [chunk({}, finish)],
  }[place];
  const soFar = place === "every_chunk" ? { usage: { ...usage, completion_tokens: 1 } } : {};
  const chunks = [
    chunk({ role: "assistant", content: "" }),
    ...deltas.map((delta) => chunk(delta, null, soFar)),
    ...last,
  ];
  return {
    status: 200,
    headers: { "content-type": "text/event-stream" },
    pieces: [
      ": keep-alive\n\n",
      ...chunks.map((one) => `data: ${JSON.stringify(one)}\n\n`),
      "data: [DONE]\n\n",
    ],
  };
}

/** Mistral ends a turn with calls as everybody does; others forget to. */
function finishOfCalls(ids: "any" | "nine"): string {
  return ids === "nine" ? "tool_calls" : "stop";
}

/** The thinking, in the field in which this provider wants it back. */
function thinking({ quirks }: ProviderSpec, { reasoning }: Script): JsonObject {
  if (reasoning === undefined) return {};
  switch (quirks.reasoningHistory) {
    case "reasoning":
      return { reasoning };
    case "reasoning_details":
      return { reasoning, reasoning_details: [{ type: "reasoning.text", text: reasoning }] };
    default:
      return { reasoning_content: reasoning };
  }
}

function spoken({ quirks }: ProviderSpec, { text, calls }: Script, cut: boolean): JsonObject {
  if (text === undefined) return { content: calls === undefined ? "" : null };
  const content = cut ? text.slice(0, 3) : text;
  // Mistral's thinking models answer in parts.
  return { content: quirks.toolCallIds === "nine" ? [{ type: "text", text: content }] : content };
}

function called(calls: NonNullable<Script["calls"]>): JsonObject {
  if (calls.length === 0) return {};
  return {
    tool_calls: calls.map(({ id, name, arguments: args }) => ({
      id,
      type: "function",
      function: { name, arguments: JSON.stringify(args) },
    })),
  };
}

/** A text in two deltas, cut in the middle. */
function pieces(fields: JsonObject): JsonObject[] {
  return Object.entries(fields).flatMap(([field, value]) => {
    if (typeof value !== "string" || value === "")
      return value === null || value === "" ? [] : [{ [field]: value }];
    const middle = Math.ceil(value.length / 2);
    return [{ [field]: value.slice(0, middle) }, { [field]: value.slice(middle) }].filter(
      (delta) => delta[field] !== "",
    );
  });
}

function callDeltas(calls: NonNullable<Script["calls"]>): JsonObject[] {
  return calls.flatMap(({ id, name, arguments: args }, index) => {
    const text = JSON.stringify(args);
    const middle = Math.ceil(text.length / 2);
    return [
      { tool_calls: [{ index, id, type: "function", function: { name, arguments: text.slice(0, middle) } }] },
      { tool_calls: [{ index, function: { arguments: text.slice(middle) } }] },
    ];
  });
}
