/** One answer, streamed through the running server: what `serve --demo` shows. */
import type { IncomingMessage } from "node:http";
import { SseReader } from "../core/chat/sse.ts";
import { CommandError } from "../core/command.ts";
import { sanitize } from "../core/vault/sanitize.ts";
import { WordWrap } from "./chat/wrap.ts";
import { bodyText, call } from "./http.ts";
import type { Output } from "./output.ts";
import { hopInWords, hopsOf } from "./trail.ts";

const QUESTION = "Say in two sentences what a proxy for language models is good for.";
const ANSWER_MS = 60_000;

/** Prints the answer as it comes, then who gave it and who failed before. Throws CommandError when there is no answer. */
export async function showAnswer(output: Output, url: string, token: string): Promise<void> {
  const { bold, dim } = output.paint;
  output.line(`${bold("You")}    ${QUESTION}`);
  const reply = await call({
    url: `${url}/v1/chat/completions`,
    method: "POST",
    token,
    body: { model: "auto", stream: true, messages: [{ role: "user", content: QUESTION }] },
    timeoutMs: ANSWER_MS,
  });
  if (reply.statusCode !== 200) throw refused(reply.statusCode, await bodyText(reply));
  const name = "Answer ";
  output.raw(bold(name));
  const wrap = new WordWrap(() => output.columns, name.length);
  for await (const text of answerText(reply)) output.raw(wrap.push(text.replaceAll(/[^\n]+/g, sanitize)));
  output.line(wrap.end());
  output.line();
  const { headers } = reply;
  for (const hop of hopsOf(headerText(headers["x-fallback-trail"]))) {
    output.line(dim(`  failed     ${sanitize(hopInWords(hop))}`));
  }
  output.line(`  ${bold("served by")}  ${sanitize(headerText(headers["x-routed-via"]))}`);
  output.line();
}

/** The pieces of the streamed text. Throws CommandError when the stream says that it broke. */
async function* answerText(reply: IncomingMessage): AsyncGenerator<string> {
  const reader = new SseReader();
  for await (const bytes of reply) {
    for (const { data } of reader.push(bytes as Buffer)) {
      if (data === "[DONE]") return;
      const chunk = JSON.parse(data) as Chunk;
      if (chunk.error) throw refused(200, data);
      const text = chunk.choices?.[0]?.delta?.content;
      if (text) yield text;
    }
  }
}

interface Chunk {
  choices?: { delta?: { content?: string | null } }[];
  error?: unknown;
}

function headerText(value: string | string[] | undefined): string {
  return [value ?? ""].flat().join("; ");
}

function refused(status: number | undefined, body: string): CommandError {
  return new CommandError("no_answer", `The demo got no answer (HTTP ${status}): ${body.slice(0, 300)}`);
}
