/** Decisions as the text of a row: plain ones value by value, each other one as a document of its own. */
import type { DecisionRecord } from "../route/decision.ts";
import { TapeReader, TapeWriter } from "../route/tape.ts";
import { packDecision, unpackDecision } from "./decision-pack.ts";
import { PlainReader, PlainWriter } from "./decision-plain.ts";

export class DecisionPage {
  readonly #tape = new TapeWriter();
  readonly #plain = new PlainWriter(this.#tape);

  add(record: DecisionRecord): void {
    if (!this.#plain.write(record)) this.#tape.values.push(packDecision(record));
    this.#tape.added();
  }

  get text(): string {
    return this.#tape.text;
  }
}

/** In the order in which they were added, without what another program wrote in another form. */
export function readDecisions(text: string): DecisionRecord[] {
  if (!text.startsWith("[[")) return text.split("\n").flatMap((document) => unpackDecision(document) ?? []);
  const tape = TapeReader.of(text);
  const plain = new PlainReader(tape);
  const records: DecisionRecord[] = [];
  while (!tape.isOver) {
    const next = tape.value();
    const record = typeof next === "string" ? unpackDecision(next) : plain.read(next);
    if (record !== null) records.push(record);
  }
  return records;
}
