/** The model behind the corpus: knows which answer is asked for, and goes on faithfully with what it said already. */
import type { ChatBody, Exchange } from "../../support/exchange.ts";
import type { Step } from "../../support/steps.ts";
import { CORPUS, type Sample } from "./corpus.ts";
import { isPrefill, saidAlready } from "./faithful.ts";
import { chunk, DONE, EVENTS, finish } from "./frames.ts";

/** Real models repeat a little now and then when they are told to go on; a prefill they just continue. */
const REPEATED = 24;

/** The first user message is `NAME POSITION`. */
function asked(body: ChatBody | undefined): { sample: Sample; at: number } {
  const first = body?.messages?.find(({ role }) => role === "user")?.content;
  const [name, at] = String(first).split(" ");
  const sample = CORPUS.find((candidate) => candidate.name === name);
  if (!sample) throw new Error(`no such sample: ${first}`);
  return { sample, at: Number(at) };
}

/** Sends so many characters of the stream, then breaks off: by a FIN, by a RST, or as if that were all. */
export const cutSample: Step = async (exchange) => {
  const { sample, at } = asked(exchange.call.body);
  exchange.begin(200, EVENTS);
  exchange.chunk(sample.stream.slice(0, at));
  // Time for what was sent to be read and passed on: a break that is seen together with it comes before the commit.
  await exchange.sleep(15);
  const ways = [() => exchange.cut(), () => exchange.reset(), () => exchange.end()];
  ways[at % ways.length]?.();
};

/** Says all of the answer, or what is left of it. */
export const sampleModel: Step = (exchange: Exchange) => {
  const { body } = exchange.call;
  const { sample, at } = asked(body);
  exchange.begin(200, EVENTS);
  const said = saidAlready(body, sample.text);
  if (said === 0) exchange.chunk(sample.stream);
  else {
    const repeats = at % 3 === 0 && said > REPEATED && !isPrefill(body) ? REPEATED : 0;
    const rest = sample.text.slice(said - repeats);
    for (const piece of rest.match(/[\s\S]{1,9}/gu) ?? []) exchange.chunk(chunk({ content: piece }));
    exchange.chunk(finish(sample.finish) + DONE);
  }
  exchange.end();
};
