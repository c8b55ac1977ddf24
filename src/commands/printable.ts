/** Control characters, and the marks that turn the direction of text: what could move the cursor or disguise a line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get through.
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text from outside, safe for a terminal. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, " ");
}
