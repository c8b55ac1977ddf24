/** A conversation on a terminal. Nothing of it is kept: neither the history of the input nor what was said. */
import { createInterface } from "node:readline";
import type { Context } from "../context.ts";
import { ask, type Message } from "./ask.ts";
import { showAnswer, tellServed } from "./show.ts";

export interface SessionOptions {
  url: string;
  token: string;
  model: string;
  system: string | null;
  stream: boolean;
}

const HELP = [
  "/model NAME    ask another model; /model alone says which one is asked",
  "/system TEXT   what goes before everything; /system alone takes it away",
  "/new           forget what was said",
  "/exit          leave (so does Ctrl-D)",
];

/** Until the user leaves. Ctrl-C ends an answer; at an empty prompt it leaves. */
export async function converse({ output }: Context, options: SessionOptions): Promise<void> {
  const { url, token, stream } = options;
  let { model, system } = options;
  let said: Message[] = [];
  let answering: AbortController | null = null;
  const lines = createInterface({ input: process.stdin, output: process.stdout, prompt: "> " });
  lines.on("SIGINT", () => {
    if (answering !== null) answering.abort();
    else lines.close();
  });

  const answer = async (prompt: string): Promise<void> => {
    const messages: Message[] = [...said, { role: "user", content: prompt }];
    const before: Message[] = system === null ? [] : [{ role: "system", content: system }];
    const control = new AbortController();
    answering = control;
    try {
      const question = { url, token, model, messages: [...before, ...messages], stream };
      const shown = await showAnswer(output, ask({ ...question, signal: control.signal }), true);
      if (control.signal.aborted) output.note("stopped; this question is forgotten");
      else said = [...messages, { role: "assistant", content: shown.text }];
      tellServed(output, shown);
    } catch (error) {
      // The conversation goes on: the question can be put again, or to another model.
      const { complaintOf } = await import("../complaint.ts");
      output.complain(complaintOf(error, "freellm chat").complaint);
    } finally {
      answering = null;
    }
  };

  const obey = (line: string): void => {
    const [, name = "", rest = ""] = /^\/(\S*)\s*(.*)$/.exec(line) ?? [];
    if (name === "exit" || name === "quit") {
      lines.close();
    } else if (name === "model") {
      if (rest !== "") model = rest;
      output.line(`The model is ${model}.`);
    } else if (name === "system") {
      system = rest || null;
      output.line(system === null ? "Nothing goes before the conversation." : "Taken.");
    } else if (name === "new") {
      said = [];
      output.line("Forgotten.");
    } else {
      if (name !== "help") output.line(`There is no /${name}.`);
      for (const text of HELP) output.line(text);
    }
  };

  output.line(`Asking ${model}. /help says what else there is; /exit leaves.`);
  lines.prompt();
  for await (const line of lines) {
    const text = line.trim();
    if (text.startsWith("/")) obey(text);
    else if (text !== "") await answer(text);
    if (!/^\/(?:exit|quit)\b/.test(text)) lines.prompt();
  }
}
