/** Hostile and broken bodies: nothing but ProblemError comes out, and no prototype is touched. */
import { describe, expect, test } from "vitest";
import { ProblemError } from "../../src/core/chat/problem.ts";
import type { ChatRequest } from "../../src/core/chat/request.ts";
import { openaiChat } from "../../src/core/surface/openai-chat/index.ts";

const FULL = JSON.stringify({
  model: "auto",
  messages: [
    { role: "system", content: "s", name: "n" },
    {
      role: "user",
      content: [
        { type: "text", text: "t" },
        { type: "image_url", image_url: { url: "u", detail: "d" } },
      ],
    },
    {
      role: "user",
      content: [
        { type: "input_audio", input_audio: { data: "d", format: "wav" } },
        { type: "file", file: { file_id: "f" } },
      ],
    },
    {
      role: "assistant",
      content: null,
      reasoning_content: "r",
      reasoning_details: [{ a: 1 }],
      tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: "[]" } }],
    },
    { role: "tool", tool_call_id: "c", content: "x" },
    { role: "assistant", function_call: { name: "g", arguments: {} } },
    { role: "function", name: "g", content: "y" },
  ],
  tools: [
    { type: "function", function: { name: "f", parameters: { type: "object" }, strict: true } },
    { type: "web_search" },
  ],
  tool_choice: { type: "function", function: { name: "f" } },
  response_format: { type: "json_schema", json_schema: { name: "n", schema: { type: "object" } } },
  stop: ["a"],
  stream: true,
  stream_options: { include_usage: true },
  temperature: 1,
  max_tokens: 5,
  logit_bias: { "1": 2 },
  metadata: { k: "v" },
  reasoning: { effort: "low" },
  prediction: { type: "content" },
});

/** mulberry32: the same seed gives the same run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Holder = Record<string, unknown>;

function holders(value: unknown, found: Holder[] = []): Holder[] {
  if (typeof value !== "object" || value === null) return found;
  found.push(value as Holder);
  for (const inner of Object.values(value)) holders(inner, found);
  return found;
}

const JUNK = () => [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 60,
  "",
  "x",
  [],
  [[]],
  [null],
  {},
  { type: "function" },
  { name: 1 },
  "tool",
  { __proto__: null },
];
const KEYS = [
  "type",
  "name",
  "role",
  "content",
  "function",
  "tool_calls",
  "arguments",
  "constructor",
  "toString",
  "0",
];

test("random changes to a valid body are decoded or refused, never crash", () => {
  const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
  const random = randomFrom(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const ends = performance.now() + 200;
  let decoded = 0;
  let refused = 0;
  while (performance.now() < ends || decoded === 0 || refused === 0) {
    const body = JSON.parse(FULL) as Holder;
    for (let changes = 1 + Math.floor(random() * 3); changes > 0; changes--) {
      const holder = pick(holders(body));
      const key = pick([...Object.keys(holder), pick(KEYS)]);
      const kind = random();
      if (kind < 0.25) delete holder[key];
      else if (kind < 0.8) holder[key] = pick(JUNK());
      else holder[key] = structuredClone(pick(holders(body)));
    }
    const sent = JSON.stringify(body);
    try {
      check(openaiChat.decode(body, sent.length));
      decoded++;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw new Error(`seed ${seed}: ${sent}`, { cause: error });
      expect(
        JSON.parse(openaiChat.failure(error.problem).body).error.message,
        `seed ${seed}: ${sent}`,
      ).not.toBe("");
      refused++;
    }
    expect(JSON.stringify(body), `seed ${seed}: the body was changed`).toBe(sent);
  }
  console.info(`fuzz seed ${seed}: ${decoded} decoded, ${refused} refused`);
});

/** The promises of the canonical form that no schema of ours states. */
function check(request: ChatRequest): void {
  for (const message of request.messages) {
    if (message.role === "tool") expect(message.toolCallId).not.toBe("");
    if (message.role !== "assistant") continue;
    for (const call of message.toolCalls) {
      expect(Object.values(call)).not.toContain(null);
      expect(call.id).not.toBe("");
      expect(typeof call.arguments).toBe("string");
    }
  }
  for (const holder of [request, request.sampling, ...request.messages, ...request.tools])
    expect(Object.values(holder)).not.toContain(null);
}

describe("prototype pollution", () => {
  const POISONS = [
    '"__proto__":{"polluted":true,"stream":true},',
    '"constructor":{"prototype":{"polluted":true}},',
    '"prototype":{"polluted":true},',
  ];

  test.each(POISONS)("%s in every object position", (poison) => {
    const places = [...FULL.matchAll(/\{/g)].map((match) => match.index + 1);
    for (const place of [...places, null]) {
      const body =
        place === null
          ? FULL.replaceAll("{", `{${poison}`)
          : FULL.slice(0, place) + poison + FULL.slice(place);
      const json = body.replaceAll(/,\}/g, "}");
      try {
        const request = openaiChat.decode(JSON.parse(json), json.length);
        for (const holder of holders(request))
          expect(Object.getPrototypeOf(holder)).toBe(
            Array.isArray(holder) ? Array.prototype : Object.prototype,
          );
        expect(Object.keys(request)).not.toContain("polluted");
      } catch (error) {
        expect(error).toBeInstanceOf(ProblemError);
      }
      expect(({} as Holder).polluted).toBeUndefined();
      expect(Object.keys(Object.prototype)).toEqual([]);
    }
  });
  test("only fields that are known get through", () => {
    const json = `{"model":"auto","evil":1,"messages":[{"role":"user","content":"x","evil":1,"__proto__":{"name":"evil"}}],"metadata":{"__proto__":"evil","ok":"1"}}`;
    const request = openaiChat.decode(JSON.parse(json), 1);
    expect(JSON.stringify(request)).not.toContain("evil");
    expect(request.sampling.metadata).toEqual({ ok: "1" });
  });
});
