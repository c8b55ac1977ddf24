/** What a simulated model says: a friendly sentence, a tool call, JSON, or a quote of a tool's result. */
import { exampleOf, isRecord } from "./schema.ts";

/** A chat call as it came in, as far as it could be read. */
export interface ChatCall {
  model: string;
  messages: Record<string, unknown>[];
  stream: boolean;
  includeUsage: boolean;
  body: Record<string, unknown>;
}

export interface SimulatedAnswer {
  text: string;
  toolCalls: { name: string; arguments: string }[];
  finishReason: "stop" | "length" | "tool_calls";
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
}

/** Four characters to a token: the usual rule of thumb, and easy to check. */
export function tokensOf(text: string): number {
  return Math.ceil(text.length / 4);
}

/** Pieces of a text as a stream delivers them: a word with the space behind it. */
export function piecesOf(text: string): string[] {
  return text.match(/\s*\S+\s?|\s+$/g) ?? [];
}

/** The call in a parsed request body, or what is wrong with it. */
export function readCall(body: unknown): ChatCall | string {
  if (!isRecord(body)) return "the body is not a JSON object";
  if (typeof body.model !== "string") return "'model' is missing";
  if (!Array.isArray(body.messages) || body.messages.length === 0) return "'messages' is missing";
  if (!body.messages.every(isRecord)) return "'messages' holds something that is not a message";
  const options = body.stream_options;
  return {
    model: body.model,
    messages: body.messages,
    stream: body.stream === true,
    includeUsage: isRecord(options) && options.include_usage === true,
    body,
  };
}

/** `provider` and `model` are named in the answer, so that everybody sees who spoke. */
export function compose(call: ChatCall, provider: string): SimulatedAnswer {
  const prompt = tokensOf(
    JSON.stringify(call.messages) + (call.body.tools ? JSON.stringify(call.body.tools) : ""),
  );
  const tool = toolToCall(call);
  if (tool !== undefined) {
    const text = JSON.stringify(exampleOf(tool.parameters ?? { type: "object" }, "Paris"));
    return answered(
      "",
      [{ name: tool.name, arguments: text }],
      "tool_calls",
      prompt,
      tokensOf(tool.name + text),
    );
  }
  const text = speak(call, provider);
  const limit = maximum(call.body);
  const short = limit === undefined ? text : text.slice(0, limit * 4);
  return answered(short, [], short.length < text.length ? "length" : "stop", prompt, tokensOf(short));
}

function answered(
  text: string,
  toolCalls: SimulatedAnswer["toolCalls"],
  finishReason: SimulatedAnswer["finishReason"],
  prompt: number,
  completion: number,
): SimulatedAnswer {
  const usage = { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
  return { text, toolCalls, finishReason, usage };
}

function speak(call: ChatCall, provider: string): string {
  const format = call.body.response_format;
  if (isRecord(format) && format.type === "json_schema") {
    const wanted = isRecord(format.json_schema) ? format.json_schema.schema : undefined;
    return JSON.stringify(exampleOf(wanted ?? { type: "object" }, `a word from ${provider}`));
  }
  if (isRecord(format) && format.type === "json_object") {
    return JSON.stringify({ provider, model: call.model, answer: "This is JSON, as you wished." });
  }
  const last = call.messages.at(-1) ?? {};
  if (last.role === "tool") {
    return `${provider} (${call.model}) has the result of the tool and it says: ${textOf(last.content)}`;
  }
  const said = textOf(call.messages.findLast((message) => message.role === "user")?.content);
  const images = imagesOf(call.messages);
  const seen = images === 0 ? "" : ` I was given ${images} ${images === 1 ? "image" : "images"} to look at.`;
  return (
    `Hello! This is ${provider}, a simulated provider, and its model ${call.model} answers you.${seen} ` +
    `You wrote: "${said.length > 120 ? `${said.slice(0, 120)}...` : said}". ` +
    "Nothing left this machine, and no token was spent."
  );
}

interface NamedTool {
  name: string;
  parameters: unknown;
}

/** The tool that is to be called now: the one that is forced, else the one that the user's last text names. */
function toolToCall(call: ChatCall): NamedTool | undefined {
  const { tools, tool_choice: choice } = call.body;
  if (!Array.isArray(tools) || choice === "none" || call.messages.at(-1)?.role === "tool") return undefined;
  const known: NamedTool[] = [];
  for (const tool of tools) {
    const definition = isRecord(tool) && isRecord(tool.function) ? tool.function : undefined;
    if (typeof definition?.name === "string")
      known.push({ name: definition.name, parameters: definition.parameters });
  }
  if (isRecord(choice) && isRecord(choice.function)) {
    const wanted = choice.function.name;
    return known.find(({ name }) => name === wanted);
  }
  const said = textOf(call.messages.findLast((message) => message.role === "user")?.content).toLowerCase();
  const named = known.find(({ name }) => {
    const plain = name.toLowerCase();
    return said.includes(plain) || said.includes(plain.replaceAll(/[_-]/g, " "));
  });
  return named ?? (choice === "required" ? known[0] : undefined);
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part) => (isRecord(part) && typeof part.text === "string" ? part.text : "")).join("");
}

function imagesOf(messages: readonly Record<string, unknown>[]): number {
  return messages
    .flatMap(({ content }) => (Array.isArray(content) ? content : []))
    .filter((part) => isRecord(part) && part.type === "image_url").length;
}

function maximum(body: Record<string, unknown>): number | undefined {
  const value = body.max_completion_tokens ?? body.max_tokens;
  return typeof value === "number" && value > 0 ? value : undefined;
}
