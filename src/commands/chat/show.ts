/** An answer on its way to the screen: the text on stdout, who gave it and how it went on stderr. */
import type { Output } from "../output.ts";
import { hopInWords } from "../trail.ts";
import type { AnswerPart, Served, Usage } from "./ask.ts";
import { WordWrap } from "./wrap.ts";

export interface ShownAnswer {
  text: string;
  reasoning: string;
  served: Served | null;
  usage: Usage | null;
}

/** Ends the line that it is on. What a model says cannot move the cursor or change the terminal. */
export async function showAnswer(
  output: Output,
  parts: AsyncIterable<AnswerPart>,
  terminal: boolean,
): Promise<ShownAnswer> {
  const shown: ShownAnswer = { text: "", reasoning: "", served: null, usage: null };
  const wrap = new WordWrap(() => (terminal ? output.columns : null));
  const write = (text: string): void => {
    if (!output.json && text !== "") output.raw(text);
  };
  if (!output.json) output.progress("Waiting for an answer ...");
  try {
    for await (const part of parts) {
      if (part.type === "served") shown.served = part.served;
      else if (part.type === "end") shown.usage = part.usage;
      else if (part.type === "reasoning") shown.reasoning += part.text;
      else {
        if (shown.text === "") output.progress("");
        shown.text += part.text;
        write(wrap.push(terminal ? harmless(part.text) : part.text));
      }
    }
  } finally {
    write(wrap.end());
    if (shown.text === "") output.progress("");
    else if (!shown.text.endsWith("\n")) write("\n");
  }
  return shown;
}

/** One line on stderr, and one for each target that failed before. */
export function tellServed(output: Output, { served, usage }: ShownAnswer): void {
  if (served === null) return;
  for (const hop of served.trail) output.note(`failed before: ${hopInWords(hop)}`);
  const { inputTokens = null, outputTokens = null } = usage ?? {};
  const tokens = outputTokens === null ? "" : `, ${inputTokens ?? "?"} tokens in, ${outputTokens} out`;
  output.note(`answered by ${served.by || "an unknown model"}${tokens}`);
}

const CONTROLS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Line breaks and tabs stay; all else that a terminal might obey goes. Works on any piece of a text. */
export function harmless(text: string): string {
  return text.replace(CONTROLS, "");
}
