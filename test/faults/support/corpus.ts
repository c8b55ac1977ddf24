/** Answers of every sort, as streams: what the tests of cuts cut. */
import type { Call } from "./ask.ts";
import { chunk, type Delta, DONE, finish } from "./frames.ts";

export interface Sample {
  name: string;
  text: string;
  reasoning: string;
  calls: Call[];
  finish: "stop" | "tool_calls";
  /** Fields of a request for such an answer. */
  request: Record<string, unknown>;
  stream: string;
  /** Where in the stream the finish reason stands. */
  finishAt: number;
  /** Where the first event ends that a client gets to see. Calls are held: alone they are seen at the end only. */
  contentAt: number;
}

const TOOLS = ["read_file", "write_file"].map((name) => ({
  type: "function",
  function: {
    name,
    parameters: {
      type: "object",
      properties: { path: { type: "string" }, content: { type: "string" } },
      required: ["path"],
    },
  },
}));

function sample(
  name: string,
  said: Partial<Pick<Sample, "text" | "reasoning" | "calls" | "request">>,
): Sample {
  const { text = "", reasoning = "", calls = [], request = {} } = said;
  const reason = calls.length > 0 ? "tool_calls" : "stop";
  const deltas: Delta[] = [
    { role: "assistant", content: "" },
    ...pieces(reasoning).map((piece) => ({ reasoning_content: piece })),
    ...pieces(text).map((content) => ({ content })),
    ...calls.flatMap(callDeltas),
  ];
  const frames = [...deltas.map((delta) => chunk(delta)), finish(reason), DONE];
  const stream = frames.join("");
  const seen = frames.findIndex((frame) => /"(?:reasoning_)?content":"[^"]/.test(frame));
  return {
    ...{ name, text, reasoning, calls, finish: reason, request, stream },
    finishAt: stream.indexOf(`"finish_reason":"${reason}"`),
    contentAt: seen === -1 ? stream.length : frames.slice(0, seen + 1).join("").length,
  };
}

/** Of different lengths, words broken in two now and then, as tokens are. */
function pieces(text: string): string[] {
  return text.match(/[\s\S]{1,7}/gu) ?? [];
}

function callDeltas(call: Call, index: number): Delta[] {
  const head = { index, id: call.id, type: "function", function: { name: call.name, arguments: "" } };
  return [
    { tool_calls: [head] },
    ...pieces(call.arguments).map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
  ];
}

const PROSE =
  "The lighthouse keeper counted the ships each evening. There were never more than seven, and never the same seven " +
  "twice; on the last day of March there were none at all, so he wrote a nought into the book and went to bed.";
/** Says the same things again and again, though never the same line twice in a row. */
const REFRAIN = Array.from(
  { length: 6 },
  (_, verse) => `Verse ${verse + 1}.\nRow, row, row your boat.\n`,
).join("");
const CODE = [
  "Here it is:\n\n```ts",
  "export function sum(values: readonly number[]): number {",
  "  let total = 0;",
  "  for (const value of values) {",
  "    total += value;",
  "  }",
  "  return total;",
  "}\n```\n",
  "- first\n- second\n  - third\n\n> a quote\n",
].join("\n");
const WORLD =
  "Grüße aus 東京 🎉, naïve café — ¿qué tal? 한국어도 됩니다. Ελληνικά, русский, עברית und mehr davon.";
const OBJECT = JSON.stringify(
  {
    people: Array.from({ length: 8 }, (_, index) => ({
      id: index,
      name: `Person ${index}`,
      tags: ["a", "b"],
    })),
  },
  null,
  1,
);
const THOUGHTS =
  "They ask for a story. It should be short, with a turn at the end. I will write about the sea.";
const WRITE = {
  id: "call_w",
  name: "write_file",
  arguments: JSON.stringify({ path: "src/main.ts", content: `${CODE}\n"quoted" \\ and é` }),
};
const READ = { id: "call_r", name: "read_file", arguments: '{"path":"README.md"}' };

export const CORPUS: readonly [Sample, ...Sample[]] = [
  sample("prose", { text: PROSE }),
  sample("refrain", { text: REFRAIN }),
  sample("code", { text: CODE }),
  sample("world", { text: WORLD }),
  sample("json", { text: OBJECT, request: { response_format: { type: "json_object" } } }),
  sample("reasoned", { text: PROSE, reasoning: THOUGHTS }),
  sample("tools-offered", { text: PROSE, request: { tools: TOOLS } }),
  sample("one-call", { calls: [WRITE], request: { tools: TOOLS } }),
  sample("two-calls", { calls: [READ, WRITE], request: { tools: TOOLS } }),
  sample("reasoned-call", { reasoning: THOUGHTS, calls: [READ], request: { tools: TOOLS } }),
];
