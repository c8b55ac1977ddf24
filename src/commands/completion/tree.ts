/** The command line as completion sees it: what may follow each command. */
import type { Argument, Command, Option } from "commander";

export interface Suggestion {
  word: string;
  /** One line. */
  says: string;
}

export interface Place {
  /** `keys add`; "" for the program itself. */
  path: string;
  /** Further commands, or what its argument may be. */
  words: readonly Suggestion[];
  options: readonly Suggestion[];
}

/** Words that an argument may be, by the path of its command. */
export type KnownWords = Readonly<Record<string, readonly Suggestion[]>>;

/** Every command with its aliases, the program first. */
export function placesOf(program: Command, known: KnownWords): Place[] {
  return [...placesUnder(program, "", known)];
}

function* placesUnder(command: Command, path: string, known: KnownWords): Generator<Place> {
  const children = command.commands.flatMap((child) =>
    [child.name(), ...child.aliases()].map((word) => ({ word, says: firstLine(summaryOf(child)), child })),
  );
  const choices = command.registeredArguments.flatMap(choicesOf);
  yield {
    path,
    words: [...children.map(({ word, says }) => ({ word, says })), ...choices, ...(known[path] ?? [])],
    options: [...command.options.flatMap(flagsOf), { word: "--help", says: "show the help" }],
  };
  for (const { word, child } of children) {
    yield* placesUnder(child, path === "" ? word : `${path} ${word}`, known);
  }
}

function summaryOf(command: Command): string {
  return command.summary() || command.description();
}

function choicesOf({ argChoices = [] }: Argument): Suggestion[] {
  return argChoices.map((word) => ({ word, says: "" }));
}

function flagsOf({ long, hidden, description }: Option): Suggestion[] {
  return long === undefined || long === null || hidden ? [] : [{ word: long, says: firstLine(description) }];
}

const MOST_LETTERS = 70;

/** The first sentence, short enough for a list. */
function firstLine(text: string): string {
  const [sentence = ""] = text.split(/(?<=\.)\s|\n/);
  const plain = sentence.replace(/\.$/, "");
  return plain.length <= MOST_LETTERS ? plain : `${plain.slice(0, MOST_LETTERS - 3).trimEnd()}...`;
}
