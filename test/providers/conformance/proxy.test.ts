/**
 * The same cases through the whole proxy for every registered provider, with the official SDK as the judge: whichever
 * wire is behind it, the same answer, calls and usage come out, and nothing goes in that the provider would refuse.
 */
import OpenAI from "openai";
import { makeParseableResponseFormat } from "openai/lib/parser";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Capabilities, ProviderSpec } from "../../../src/core/provider.ts";
import { everyProvider } from "../support.ts";
import { CALLS, FAILURES, HELLO, type Messages, TEXT, TOOLS, USAGE } from "./cases.ts";
import { type Script, USAGE_PLACES } from "./script.ts";
import {
  covers,
  type OpenProvider,
  openConformanceStage,
  type ProvidedStage,
  streamed,
  usableModels,
} from "./stage.ts";

type Body = Omit<OpenAI.ChatCompletionCreateParamsNonStreaming, "model" | "stream">;

let stage: ProvidedStage;
beforeAll(async () => {
  stage = await openConformanceStage();
});
afterAll(() => stage.close());

const served = everyProvider.filter((provider) => provider.status !== "retired");

describe.each(served.map((provider) => [provider.id, provider] as const))(
  "%s",
  (_, provider: ProviderSpec) => {
    const { quirks } = provider;
    let open: OpenProvider;
    beforeAll(async () => {
      open = await stage.open(provider);
    });
    beforeEach(() => open.recover());

    /** What the SDK has of the answer, asked whole or as a stream, and what went upstream for it. */
    async function ask(
      script: Script,
      body: Partial<Body>,
      stream: boolean,
      needs: Partial<Capabilities> = {},
    ) {
      const model = open.model(needs);
      if (model === null) throw new Error("no such model");
      open.upstream.say(script);
      const request = { messages: HELLO, ...body, model };
      const completion = stream
        ? await streamed(stage.client, request)
        : await stage.client.chat.completions.create(request);
      const [choice] = completion.choices;
      if (!choice) throw new Error("no choice");
      return { completion, choice, message: choice.message, sent: lastSent() };
    }

    function lastSent(): Record<string, unknown> {
      const call = open.upstream.calls.at(-1);
      if (!call) throw new Error("the provider was not called");
      return call.body;
    }

    const can = (needs: Partial<Capabilities>) =>
      usableModels(provider).some(({ capabilities }) => covers(capabilities, needs));
    const expectedCalls = (calls: readonly (typeof CALLS)[number][]) =>
      calls.slice(0, quirks.parallelToolCalls === "force_false" ? 1 : undefined).map((call) => ({
        id: expect.stringMatching(/./),
        type: "function",
        function: { name: call.name, arguments: JSON.stringify(call.arguments) },
      }));

    describe.each([
      ["whole", false],
      ["streamed", true],
    ] as const)("%s", (_, stream) => {
      test("text, usage and who answered", async () => {
        const { completion, choice, message } = await ask({ text: TEXT }, {}, stream);
        expect(message.content).toBe(TEXT);
        expect(message.tool_calls ?? []).toEqual([]);
        expect(choice.finish_reason).toBe("stop");
        expect(completion.model).toBe(usableModels(provider)[0]?.id);
        if (quirks.usage === "trust") expect(completion.usage).toMatchObject(USAGE);
        else expect(completion.usage?.completion_tokens).toBe(Math.ceil(TEXT.length / 4));
        expect(open.upstream.calls).toHaveLength(1);
      });

      test("everything that can be asked for, and nothing of it refused", async () => {
        const everything: Partial<Body> = {
          temperature: 0.5,
          top_p: 0.9,
          frequency_penalty: 0.1,
          presence_penalty: 0.2,
          seed: 7,
          stop: ["END"],
          logit_bias: { "5": 1 },
          logprobs: true,
          top_logprobs: 2,
          user: "somebody",
          service_tier: "auto",
          metadata: { a: "b" },
          store: false,
          prediction: { type: "content", content: "x" },
          max_completion_tokens: 8,
          ...({ top_k: 40, min_p: 0.1, repetition_penalty: 1.1, verbosity: "low" } as object),
        };
        const { message } = await ask({ text: TEXT }, everything, stream);
        expect(message.content).toBe(TEXT);
        expect(open.upstream.calls).toHaveLength(1);
      });

      test("system, developer and names", async () => {
        const messages: Messages = [
          { role: "system", content: "Be brief.", name: "boss" },
          { role: "developer", content: [{ type: "text", text: "Be kind." }] },
          {
            role: "user",
            content: [
              { type: "text", text: "Hello" },
              { type: "text", text: " there" },
            ],
            name: "me",
          },
          { role: "assistant", content: "Hi." },
          { role: "user", content: "And now?" },
        ];
        const { message, sent } = await ask({ text: TEXT }, { messages }, stream);
        expect(message.content).toBe(TEXT);
        expect(open.upstream.calls).toHaveLength(1);
        const text = JSON.stringify(sent);
        expect(text).toMatch(/Be brief.*Be kind/s);
        expect(text).toMatch(/Hello.* there.*Hi\..*And now/s);
      });

      test.runIf(can({ tools: true }))("a call of a tool, and its result", async () => {
        const script = { reasoning: "I must look.", calls: CALLS.slice(0, 1) };
        for (const tool_choice of [
          undefined,
          "required",
          { type: "function", function: { name: "weather" } },
        ] as const) {
          const body = { tools: TOOLS, ...(tool_choice && { tool_choice }) };
          const { choice, message } = await ask(script, body, stream, { tools: true });
          expect(choice.finish_reason).toBe("tool_calls");
          expect(message.tool_calls).toMatchObject(expectedCalls(script.calls));
          expect(open.upstream.calls).toHaveLength(1);
          const [call] = message.tool_calls ?? [];
          const messages: Messages = [
            ...HELLO,
            message,
            { role: "tool", tool_call_id: call?.id ?? "", content: "rain" },
          ];
          const next = await ask({ text: TEXT }, { messages, tools: TOOLS }, stream, { tools: true });
          expect(next.message.content).toBe(TEXT);
          expect(open.upstream.calls).toHaveLength(1);
        }
      });

      test.runIf(can({ tools: true }))("several calls at once, and results under foreign ids", async () => {
        const body = { tools: TOOLS, parallel_tool_calls: true };
        const { choice, message } = await ask({ calls: CALLS }, body, stream, { tools: true });
        expect(choice.finish_reason).toBe("tool_calls");
        expect(message.tool_calls).toMatchObject(expectedCalls(CALLS));
        expect(new Set(message.tool_calls?.map((call) => call.id)).size).toBe(message.tool_calls?.length);
        const foreign = CALLS.map((call, index) => ({
          id: `toolu_of-another-provider|${index}`,
          type: "function" as const,
          function: { name: call.name, arguments: JSON.stringify(call.arguments) },
        }));
        const messages: Messages = [
          ...HELLO,
          { role: "assistant", content: null, tool_calls: foreign },
          ...foreign.map((call) => ({
            role: "tool" as const,
            tool_call_id: call.id,
            content: [{ type: "text" as const, text: "rain" }],
          })),
        ];
        const next = await ask({ text: TEXT }, { messages, tools: TOOLS, tool_choice: "none" }, stream, {
          tools: true,
        });
        expect(next.message.content).toBe(TEXT);
        expect(open.upstream.calls).toHaveLength(1);
      });

      test.runIf(can({ vision: true }))("an image", async () => {
        const url = "data:image/png;base64,iVBORw0KGgo=";
        const messages: Messages = [
          {
            role: "user",
            content: [
              { type: "text", text: "What is it?" },
              { type: "image_url", image_url: { url } },
            ],
          },
        ];
        const { message, sent } = await ask({ text: TEXT }, { messages }, stream, { vision: true });
        expect(message.content).toBe(TEXT);
        expect(open.upstream.calls).toHaveLength(1);
        expect(JSON.stringify(sent)).toContain("iVBORw0KGgo=");
      });

      test.runIf(can({ jsonSchema: true }))("an answer that follows a JSON schema", async () => {
        const schema = { type: "object", properties: { rain: { type: "boolean" } }, required: ["rain"] };
        const response_format = makeParseableResponseFormat(
          { type: "json_schema", json_schema: { name: "weather", strict: true, schema } },
          (content) => JSON.parse(content) as { rain: boolean },
        );
        const model = open.model({ jsonSchema: true }) ?? "";
        open.upstream.say({ text: '{"rain":true}' });
        const request = { messages: HELLO, response_format, model };
        const { completions } = stage.client.chat;
        const completion = stream
          ? await completions.stream(request).finalChatCompletion()
          : await completions.parse(request);
        expect(completion.choices[0]?.message.parsed).toEqual({ rain: true });
        expect(open.upstream.calls).toHaveLength(1);
        // By the field or in words: somehow the model must have learned of it.
        expect(JSON.stringify(lastSent()).replaceAll("\\", "")).toMatch(/"rain":\{"type":"boolean"/i);
      });

      test("JSON without a schema", async () => {
        const body = { response_format: { type: "json_object" } } as const;
        const { message } = await ask({ text: '{"a":1}' }, body, stream);
        expect(message.content).toBe('{"a":1}');
        expect(open.upstream.calls).toHaveLength(1);
      });

      test.runIf(can({ reasoning: true }))("thinking, and its replay", async () => {
        for (const reasoning_effort of ["minimal", "high"] as const) {
          const script = { reasoning: "First, count.", text: TEXT };
          const { message } = await ask(script, { reasoning_effort }, stream, { reasoning: true });
          expect(message).toMatchObject({ content: TEXT, reasoning_content: "First, count." });
          expect(open.upstream.calls).toHaveLength(1);
          const messages: Messages = [...HELLO, message, { role: "user", content: "Go on" }];
          const next = await ask({ text: TEXT }, { messages }, stream, { reasoning: true });
          expect(open.upstream.calls).toHaveLength(1);
          const replayed = JSON.stringify(next.sent).includes("First, count.");
          expect(replayed).toBe(quirks.reasoningHistory !== "drop");
        }
      });

      test("a failure of any shape is an error of the SDK, never an answer", async () => {
        const model = open.model() ?? "";
        // Before the first byte of an answer a stream fails like any other call.
        for (const failure of FAILURES.slice(stream ? FAILURES.length / 2 : 0)) {
          open.recover();
          open.upstream.say({ failure });
          const request = { model, messages: HELLO };
          const asked = stream
            ? stage.client.chat.completions.stream(request).finalChatCompletion()
            : stage.client.chat.completions.create(request);
          const error = await asked.then(
            () => null,
            (thrown: unknown) => thrown,
          );
          expect(error, failure.body).toBeInstanceOf(OpenAI.APIError);
          const told = error instanceof OpenAI.APIError ? `${error.status} ${error.message}` : "";
          expect(told).toMatch(/^[45]\d\d /);
          expect(told).not.toContain(open.token);
          expect(told).not.toContain("<html");
          expect(open.upstream.calls.length).toBeGreaterThan(0);
        }
      });
    });

    test.runIf(quirks.usage === "trust")("usage in each of its hiding places", async () => {
      for (const usagePlace of USAGE_PLACES) {
        const { completion } = await ask({ text: TEXT, usagePlace }, {}, true);
        expect(completion.usage, usagePlace).toMatchObject(USAGE);
      }
    });

    const learns = provider.dialect === "openai" && !quirks.refusedFields.includes("top_p");
    test.runIf(learns)(
      "a parameter that only this model refuses is left out from the second call on",
      async () => {
        open.upstream.refuseToo("top_p");
        const first = await ask({ text: TEXT }, { top_p: 0.5 }, false);
        expect(first.message.content).toBe(TEXT);
        expect(open.upstream.calls.map((call) => call.status)).toEqual([400, 200]);
        await ask({ text: TEXT }, { top_p: 0.5 }, true);
        expect(open.upstream.calls.map((call) => call.status)).toEqual([200]);
        open.upstream.refuseToo(null);
      },
    );
  },
);
