/** Text as a terminal shows it: made harmless, and measured in cells instead of characters. */

/** More than any line shows; foreign text may be of any length. */
const LONGEST = 4_000;

/** Escape sequences as a whole: CSI, OSC and its like up to their end, and what else starts with an escape. */
const SEQUENCES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  /\u001b\[[0-?]*[ -/]*[@-~]?|\u001b[\]PX^_][^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?|\u009b[0-?]*[ -/]*[@-~]?/g;
const ASCII = /^[\x20-\x7e]*$/;
/** ASCII and what the dashboard itself draws with: nothing to take away, and a cell each. */
const PLAIN = /^[\x20-\x7e\u00b7\u2013\u2026\u2190-\u2193\u2500-\u25fc\u2714\u2716\u2800-\u28ff]*$/;
const MARK = /^\p{M}$/u;
/** Controls, marks that turn the direction of writing, joiners, variation selectors, tags, and halves of pairs. */
const UNSEEN = /^(?:[\p{Cc}\p{Cf}\p{Cs}\u115f\u1160\u3164\uffa0]|[\ufe00-\ufe0f]|[\u{e0100}-\u{e01ef}])$/u;
const BREAK = /^[\t\n\v\f\r\u0085\u2028\u2029]$/;
const SKIN_TONE = /^[\u{1f3fb}-\u{1f3ff}]$/u;
const WIDE_EMOJI = /^\p{Emoji_Presentation}$/u;
const JOINER = "\u200d";
const FIRST_REGIONAL = 0x1f1e6;

/** First and last code points that take two cells, beside emoji. Unicode's East Asian Width, W and F. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x2329, 0x232a],
  [0x2630, 0x2637],
  [0x268a, 0x268f],
  [0x2e80, 0x303e],
  [0x3041, 0x3247],
  [0x3250, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6b],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x1b2fb],
  [0x1d300, 0x1d376],
  [0x1f200, 0x1f265],
  [0x20000, 0x3fffd],
];

/** Vowels and ends of Korean syllables are drawn into the syllable. */
function isInnerJamo(code: number): boolean {
  return (code >= 0x1160 && code <= 0x11ff) || (code >= 0xd7b0 && code <= 0xd7ff);
}

function cellsOfCharacter(character: string): 0 | 1 | 2 {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (MARK.test(character) || isInnerJamo(code)) return 0;
  if (WIDE.some(([first, last]) => code >= first && code <= last) || WIDE_EMOJI.test(character)) return 2;
  return 1;
}

/**
 * One line that cannot move the cursor: no control character, no escape sequence, no mark that turns the direction of
 * writing. What terminals disagree about is made simple: a joined emoji is its first, a flag is its two letters.
 */
export function clean(text: string): string {
  const short = text.length > LONGEST ? text.slice(0, LONGEST) : text;
  if (PLAIN.test(short)) return short;
  let result = "";
  let marks = 0;
  let joined = false;
  for (const character of short.replace(SEQUENCES, "").normalize("NFC")) {
    if (character === JOINER) {
      joined = true;
      continue;
    }
    if (BREAK.test(character)) result += " ";
    else if (MARK.test(character)) {
      // A mark needs something to stand on, and a pile of them would leave its line.
      if (UNSEEN.test(character) || result === "" || result.endsWith(" ") || ++marks > 2) continue;
      result += character;
      continue;
    } else if (!UNSEEN.test(character) && !SKIN_TONE.test(character)) {
      const code = character.codePointAt(0) ?? 0;
      const isRegional = code >= FIRST_REGIONAL && code < FIRST_REGIONAL + 26;
      if (isRegional) result += String.fromCharCode(65 + code - FIRST_REGIONAL);
      else if (!(joined && cellsOfCharacter(character) === 2)) result += character;
    }
    marks = 0;
    joined = false;
  }
  return result;
}

/** Cells that a clean text takes. */
export function cellsOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let cells = 0;
  for (const character of text) cells += cellsOfCharacter(character);
  return cells;
}

/** The longest beginning of a clean text that takes at most `width` cells. */
export function head(text: string, width: number): string {
  if (width <= 0) return "";
  if (PLAIN.test(text)) return text.slice(0, width);
  let cells = 0;
  let result = "";
  for (const character of text) {
    cells += cellsOfCharacter(character);
    if (cells > width) break;
    result += character;
  }
  return result;
}

/** The longest end of a clean text that takes at most `width` cells. */
export function tail(text: string, width: number): string {
  const characters = [...text];
  let cells = 0;
  let start = characters.length;
  while (start > 0) {
    cells += cellsOfCharacter(characters[start - 1] ?? "");
    if (cells > width) break;
    start--;
  }
  const end = characters.slice(start);
  while (MARK.test(end[0] ?? "")) end.shift();
  return end.join("");
}

/** Cut to `width` cells, the cut shown. */
export function cut(text: string, width: number, ellipsis: string): string {
  const safe = clean(text);
  if (cellsOf(safe) <= width) return safe;
  return width < 1 ? "" : `${head(safe, width - cellsOf(ellipsis))}${ellipsis}`;
}

/** Broken into lines of at most `width` cells, at blanks where there are any; line ends of the text are kept. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split(/\r\n|[\n\r]/)) {
    let line = "";
    for (const word of clean(paragraph).split(/(?<= )/)) {
      if (cellsOf(line + word.trimEnd()) <= width) {
        line += word;
        continue;
      }
      if (line !== "") lines.push(line.trimEnd());
      line = word;
      while (cellsOf(line.trimEnd()) > width) {
        const start = head(line, width);
        // Not even one character fits: there is nothing to show.
        if (start === "") return lines;
        lines.push(start);
        line = line.slice(start.length);
      }
    }
    lines.push(line.trimEnd());
  }
  return lines;
}

/** As many `?` as cells, for what is not ASCII. */
export function toAscii(text: string): string {
  if (ASCII.test(text)) return text;
  let result = "";
  for (const character of text) {
    result += ASCII.test(character) ? character : "?".repeat(cellsOfCharacter(character));
  }
  return result;
}
