import { describe, expect, it } from "vitest";
import type { ChatEvent, FinishReason } from "../../src/core/chat/event.ts";
import type { ChatRequest, Tool } from "../../src/core/chat/request.ts";
import { Turn } from "../../src/core/serve/turn/index.ts";
import { foldAnswer } from "../support/answer.ts";

const TOOLS: Tool[] = [
  {
    name: "read_file",
    parameters: {
      type: "object",
      properties: { path: { type: "string" }, lines: { type: "array", items: { type: "integer" } } },
      required: ["path"],
      additionalProperties: false,
    },
  },
  { name: "stop" },
];

function request(changes: Partial<ChatRequest> = {}): ChatRequest {
  const plain = { model: "auto", messages: [], sampling: {}, stream: true, includeUsage: false, bytes: 1 };
  return { ...plain, tools: TOOLS, ...changes };
}

function call(args: string, name = "read_file", index = 0): ChatEvent[] {
  return [
    { type: "tool-call-start", index, id: `id-${index}`, name },
    ...[args.slice(0, 5), args.slice(5)].map(
      (piece): ChatEvent => ({ type: "tool-call-delta", index, arguments: piece }),
    ),
  ];
}

const finish = (reason: FinishReason = "tool_calls"): ChatEvent => ({ type: "finish", reason });

/** Each event a batch of its own, as a stream brings them. */
function run(events: ChatEvent[], changes: Partial<ChatRequest> = {}, strict = true, holdTools = true) {
  const turn = new Turn(request(changes), { holdTools, strict });
  const batches = events.map((event) => turn.accept([event]));
  return { batches, answer: foldAnswer(batches.flat()) };
}

const calls = (events: ChatEvent[], changes?: Partial<ChatRequest>, strict?: boolean) => {
  const { answer } = run(events, changes, strict);
  return (
    answer.failure?.rule ?? answer.toolCalls.map(({ name, arguments: args }) => [name, JSON.parse(args)])
  );
};

describe("calls of tools", () => {
  it("leave together, when the turn is finished and not before", () => {
    const events: ChatEvent[] = [
      { type: "text-delta", text: "I look." },
      ...call('{"path":"a"}'),
      ...call('{"path":"b"}', "read_file", 1),
      finish(),
    ];
    const { batches, answer } = run(events);
    expect(batches[0]).toEqual([{ type: "text-delta", text: "I look." }]);
    expect(batches.slice(1, -1).flat()).toEqual([]);
    expect(answer.toolCalls.map(({ arguments: args }) => args)).toEqual(['{"path":"a"}', '{"path":"b"}']);
    expect(answer.finish).toBe("tool_calls");
  });

  it("need not have what their schema requires without declaring it", () => {
    const [tool] = TOOLS;
    const parameters = { ...tool?.parameters, required: ["path", "gone"] };
    const tools = [{ name: "read_file", parameters }];
    expect(calls([...call('{"path":"a"}'), finish()], { tools })).toEqual([["read_file", { path: "a" }]]);
    expect(calls([...call('{"lines":[1]}'), finish()], { tools })).toBe("tools/unusable-call");
  });

  it("stream as they come where nothing is held, or no tool was offered", () => {
    const events = [...call('{"path":"a"}'), finish()];
    expect(run(events, {}, true, false).batches[0]).toHaveLength(1);
    expect(run(events, { tools: [] }).batches[0]).toHaveLength(1);
  });

  it.each([
    ["as written", '{"path": "a"}', { path: "a" }],
    ["encoded twice", JSON.stringify('{"path":"a"}'), { path: "a" }],
    ["with a member encoded twice", '{"path":"a","lines":"[1,2]"}', { path: "a", lines: [1, 2] }],
    ["with single quotes and a trailing comma", "{'path': 'a',}", { path: "a" }],
  ])("are mended: %s", (_, written, expected) => {
    expect(calls([...call(written), finish()])).toEqual([["read_file", expected]]);
  });

  it("without arguments have none", () => {
    expect(calls([...call("", "stop"), finish()])).toEqual([["stop", {}]]);
    expect(calls([...call("null", "stop"), finish()])).toEqual([["stop", {}]]);
  });

  it.each([
    ["half a call", '{"path": "a'],
    ["no object", "[1]"],
    ["a missing argument", "{}"],
    ["an argument of the wrong type", '{"path": 5}'],
    ["an argument that was not offered", '{"path": "a", "mode": 1}'],
  ])("that cannot be used fail the answer: %s", (_, written) => {
    expect(calls([...call(written), finish()])).toBe("tools/unusable-call");
  });

  it("need not fit the schema once several models failed at it, but must be objects all the same", () => {
    expect(calls([...call('{"path": 5}'), finish()], {}, false)).toEqual([["read_file", { path: 5 }]]);
    expect(calls([...call('{"path": "a'), finish()], {}, false)).toBe("tools/unusable-call");
  });

  it("are known by names that differ only in case or namespace", () => {
    expect(calls([...call('{"path":"a"}', "functions.Read_File"), finish()])).toEqual([
      ["read_file", { path: "a" }],
    ]);
    expect(calls([...call('{"path":"a"}', "write_file"), finish()])).toBe("tools/unusable-call");
  });

  it("cut off by the token limit stay as they are, and say so", () => {
    const { answer } = run([...call('{"path": "a'), finish("length")]);
    expect(answer.toolCalls[0]?.arguments).toBe('{"path": "a');
    expect(answer.finish).toBe("length");
  });

  it("under a finish of stop are calls all the same", () => {
    expect(run([...call('{"path":"a"}'), finish("stop")]).answer.finish).toBe("tool_calls");
  });

  it("of a turn that breaks are never seen", () => {
    expect(run(call('{"path":"a"}')).batches.flat()).toEqual([]);
  });
});

describe("calls written as text", () => {
  const WRITTEN = [
    '<tool_call>\n{"name": "read_file", "arguments": {"path": "a"}}\n</tool_call>',
    '<function=read_file>{"path": "a"}</function>',
    "<tool_call>\n<function=read_file>\n<parameter=path>\na\n</parameter>\n</function>\n</tool_call>",
    '[TOOL_CALLS][{"name": "read_file", "arguments": {"path": "a"}}]',
    '```json\n{"name": "read_file", "arguments": {"path": "a"}}\n```',
    '{"name": "read_file", "parameters": {"path": "a"}}',
    '{"function": "read_file", "arguments": "{\\"path\\": \\"a\\"}"}',
  ];
  const texts = (text: string, size: number): ChatEvent[] => {
    const events: ChatEvent[] = [];
    for (let at = 0; at < text.length; at += size) {
      events.push({ type: "text-delta", text: text.slice(at, at + size) });
    }
    return events;
  };

  it.each(WRITTEN)("become calls, at every split: %s", (text) => {
    for (const size of [1, 3, 1000]) {
      const { answer } = run([...texts(text, size), finish("stop")]);
      expect(answer.text).toBe("");
      expect(answer.toolCalls.map(({ name, arguments: args }) => [name, JSON.parse(args)])).toEqual([
        ["read_file", { path: "a" }],
      ]);
      expect(answer.finish).toBe("tool_calls");
    }
  });

  it("come after text that has gone on already", () => {
    const { batches, answer } = run([...texts(`Let me see. ${WRITTEN[0]}`, 4), finish("stop")]);
    expect(batches[0]).toEqual([{ type: "text-delta", text: "Let " }]);
    expect(answer.text).toBe("Let me see. ");
    expect(answer.toolCalls).toHaveLength(1);
  });

  it.each([
    'Use <b>bold</b> and a <tool for it, or `{"name": 1}`.',
    '{"answer": 42}',
    "```json\n[1, 2]\n```",
    '<tool_call>{"name": "unheard_of", "arguments": {}}</tool_call>',
    "<tool_call> is a tag",
    '{"name": "Ada", "born": 1815}',
  ])("are not what only looks like them: %s", (text) => {
    for (const size of [1, 1000]) {
      const { answer } = run([...texts(text, size), finish("stop")]);
      expect(answer.text).toBe(text);
      expect(answer.toolCalls).toEqual([]);
    }
  });

  it("leave plain text flowing token by token", () => {
    const { batches } = run([...texts("plain words all along", 1), finish("stop")]);
    expect(batches.slice(0, -1).every((batch) => batch.length === 1)).toBe(true);
  });

  it("are only text where no tool was offered", () => {
    expect(run([...texts(WRITTEN[0] ?? "", 1000), finish("stop")], { tools: [] }).answer.text).toBe(
      WRITTEN[0],
    );
  });
});

describe("what is held", () => {
  it("is known by its length until it is released", () => {
    const turn = new Turn(request(), { holdTools: true, strict: true });
    const args = '{"path": "a"}';
    turn.accept([{ type: "text-delta", text: "Let me see. " }, ...call(args)]);
    expect(turn.heldCharacters).toBe(args.length);
    turn.accept([{ type: "text-delta", text: "<tool_call>" }]);
    expect(turn.heldCharacters).toBe(args.length + "<tool_call>".length);
    turn.accept([finish()]);
    expect(turn.heldCharacters).toBe(0);
  });
});

describe("a whole answer in JSON mode", () => {
  const schema = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
  const format = { type: "json_schema", name: "x", schema } as const;
  const json = (text: string, changes: Partial<ChatRequest> = {}) => {
    const events: ChatEvent[] = [{ type: "text-delta", text }, finish("stop")];
    const { answer } = run(events, { tools: [], stream: false, responseFormat: format, ...changes });
    return answer.failure?.rule ?? answer.text;
  };

  it("is unwrapped and mended where its meaning is plain", () => {
    expect(json('{"n": 1}')).toBe('{"n": 1}');
    expect(json('```json\n{"n": 1}\n```')).toBe('{"n": 1}');
    expect(JSON.parse(json("{'n': 1,}"))).toEqual({ n: 1 });
  });

  it("fails where it is not what was asked for", () => {
    for (const text of ["one", '{"n": "one"}', '{"n": 1', ""]) expect(json(text)).toBe("json/invalid");
  });

  it("is left alone in a stream, in plain text, and when it was cut off", () => {
    expect(json("one", { stream: true })).toBe("one");
    expect(json("one", { responseFormat: { type: "text" } })).toBe("one");
    const events: ChatEvent[] = [{ type: "text-delta", text: '{"n": ' }, finish("length")];
    expect(run(events, { tools: [], stream: false, responseFormat: format }).answer.text).toBe('{"n": ');
  });
});
