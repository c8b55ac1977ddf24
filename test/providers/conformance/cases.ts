/** What is asked and answered in the cases of the conformance suite. */
import type OpenAI from "openai";
import { COUNTED, type Script } from "./script.ts";

export type Messages = OpenAI.ChatCompletionMessageParam[];

export const HELLO: Messages = [{ role: "user", content: "Hello" }];
export const TEXT = "Grüße aus 東京 🎉, all is well.";
export const USAGE = { prompt_tokens: COUNTED.input, completion_tokens: COUNTED.output, total_tokens: 30 };
export const CALLS = [
  { id: "Ab3dEf6hI", name: "weather", arguments: { city: "Bonn", days: [1, 2] } },
  { id: "Zy8xWv5uT", name: "weather", arguments: { city: "東京" } },
];
export const TOOLS: OpenAI.ChatCompletionTool[] = [
  {
    type: "function",
    function: {
      name: "weather",
      description: "Weather of a city",
      strict: true,
      parameters: {
        $schema: "https://json-schema.org/draft/2020-12/schema",
        type: "object",
        properties: {
          city: { type: "string" },
          days: { anyOf: [{ type: "array", items: { type: "integer" } }, { type: "null" }] },
          where: { $ref: "#/$defs/where" },
        },
        required: ["city"],
        additionalProperties: false,
        $defs: { where: { type: ["object", "null"], properties: { zone: { const: "UTC" } } } },
      },
    },
  },
  { type: "function", function: { name: "clock" } },
];

const JSON_TYPE = "application/json";
/** In place of an answer; the second half under HTTP 200. */
export const FAILURES: NonNullable<Script["failure"]>[] = [
  { status: 500, contentType: JSON_TYPE, body: '{"error":{"message":"broken","type":"server_error"}}' },
  { status: 500, contentType: JSON_TYPE, body: '{"error":"broken"}' },
  { status: 503, contentType: JSON_TYPE, body: '{"code":"overloaded","message":"broken"}' },
  {
    status: 500,
    contentType: JSON_TYPE,
    body: '[{"error":{"code":500,"message":"broken","status":"INTERNAL"}}]',
  },
  { status: 500, contentType: JSON_TYPE, body: '{"detail":"broken"}' },
  {
    status: 422,
    contentType: JSON_TYPE,
    body: '{"detail":[{"loc":["body","messages"],"msg":"broken","type":"x"}]}',
  },
  { status: 502, contentType: "text/html", body: "<html><h1>Bad gateway</h1></html>" },
  { status: 500, contentType: "text/plain", body: "" },
  { status: 200, contentType: JSON_TYPE, body: '{"error":{"message":"broken","code":500}}' },
  { status: 200, contentType: JSON_TYPE, body: '{"code":10013,"message":"broken","sid":"made-up"}' },
  {
    status: 200,
    contentType: JSON_TYPE,
    body: '{"success":false,"errors":[{"code":1,"message":"broken"}],"result":null}',
  },
  { status: 200, contentType: JSON_TYPE, body: '{"id":"x","choices":[{"index":0,"message":{"role":"assis' },
  { status: 200, contentType: JSON_TYPE, body: '{"choices":[]}' },
  { status: 200, contentType: "text/html", body: "<html><h1>Welcome</h1></html>" },
  {
    status: 200,
    contentType: "text/event-stream",
    body: 'data: {"error":{"message":"broken","code":502}}\n\n',
  },
  { status: 200, contentType: "text/event-stream", body: ": keep-alive\n\n" },
];
