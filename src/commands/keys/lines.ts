/** `.env` files and lists of keys, line by line. */

export interface Line {
  /** From 1 on. */
  number: number;
  /** null for a line that is a bare key. */
  name: string | null;
  value: string;
  /** Why the line cannot be read; null when it can. */
  error: string | null;
}

const ASSIGNMENT = /^(?:export\s+|set\s+|\$env:)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/;

/** Every line that says something: no empty ones, no comments. */
export function readLines(text: string): Line[] {
  return text
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\n|\r/)
    .flatMap((line, index) => {
      const read = readLine(line.trim());
      return read === null ? [] : [{ number: index + 1, ...read }];
    });
}

function readLine(line: string): Omit<Line, "number"> | null {
  if (line === "" || line.startsWith("#")) return null;
  const [, name, rest = ""] = ASSIGNMENT.exec(line) ?? [];
  // The padding at the end of a bare key in base64 is no assignment.
  if (name === undefined || (/^=*$/.test(rest) && /[a-z]/.test(name) && name.length > 16)) {
    return { name: null, value: line, error: null };
  }
  return { name, ...readValue(rest) };
}

/** Single quotes keep everything as it is, double quotes know the escapes that `quoted` writes. */
function readValue(text: string): { value: string; error: string | null } {
  const quote = text[0];
  if (quote !== '"' && quote !== "'") {
    return { value: text.replace(/(?:^|\s+)#.*$/, "").trim(), error: null };
  }
  const whole = quote === "'" ? /^'([^']*)'\s*(?:#.*)?$/ : /^"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$/;
  const [, inner] = whole.exec(text) ?? [];
  if (inner === undefined) return { value: "", error: "the quotes are not closed" };
  return { value: quote === "'" ? inner : inner.replace(/\\(["\\$`])/g, "$1"), error: null };
}

/** A value that `readLines` and shells read back as it is. Line breaks and other control characters become blanks. */
export function quoted(value: string): string {
  if (/^[\w.:/+@%=,-]*$/.test(value)) return value;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return `"${value.replace(/[\u0000-\u001f\u007f]/g, " ").replace(/["\\$`]/g, "\\$&")}"`;
}
