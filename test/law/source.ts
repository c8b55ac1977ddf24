// biome-ignore-all lint/suspicious/noTemplateCurlyInString: interpolations are what is looked for
/** A TypeScript source as the laws see it: code without comments and text, its strings, its imports. */

export interface SourceString {
  start: number;
  /** Interpolations of a template read as `${}`. */
  text: string;
}

export interface SourceImport {
  /** Exactly as written; null when it is not a literal (`import(name)`). */
  specifier: string | null;
  start: number;
  typeOnly: boolean;
}

export interface Source {
  /** From the root of the repository, with slashes. */
  path: string;
  text: string;
  /** As long as `text`: comments, regular expressions and the insides of strings are blank; code in templates stays. */
  code: string;
  strings: SourceString[];
  imports: SourceImport[];
}

export function readSource(path: string, text: string): Source {
  const { code, strings } = new Scanner(text).scan();
  return { path, text, code, strings, imports: findImports(text, code) };
}

/** Number of the line, from 1, on which a place lies. */
export function lineOf(source: Source, start: number): number {
  return source.text.slice(0, start).split("\n").length;
}

/** After one of these words a slash begins a regular expression. */
const BEFORE_EXPRESSION = /\b(?:return|typeof|case|in|of|await|yield|else|do|void)$/;

class Scanner {
  readonly #text: string;
  readonly #code: string[];
  readonly #strings: SourceString[] = [];

  constructor(text: string) {
    this.#text = text;
    this.#code = text.split("");
  }

  scan(): { code: string; strings: SourceString[] } {
    this.#readCode(0, false);
    return { code: this.#code.join(""), strings: this.#strings };
  }

  /** Reads code up to the end, or up to the brace that ends an interpolation; gives the place behind it. */
  #readCode(start: number, inTemplate: boolean): number {
    let depth = 0;
    let at = start;
    while (at < this.#text.length) {
      const character = this.#text[at];
      if (character === "/" && this.#text[at + 1] === "/") at = this.#blank(at, this.#find("\n", at));
      else if (character === "/" && this.#text[at + 1] === "*")
        at = this.#blank(at, this.#find("*/", at + 2) + 2);
      else if (character === '"' || character === "'") at = this.#readString(at, character);
      else if (character === "`") at = this.#readTemplate(at);
      else if (character === "/") at = this.#readSlash(at);
      else {
        if (character === "{") depth++;
        else if (character === "}" && depth-- === 0 && inTemplate) return at + 1;
        at++;
      }
    }
    return at;
  }

  /** A string ends at its quote or, as an apostrophe in JSX text does, at the end of the line. */
  #readString(start: number, quote: string): number {
    let end = start + 1;
    while (end < this.#text.length && this.#text[end] !== quote && this.#text[end] !== "\n") {
      end += this.#text[end] === "\\" ? 2 : 1;
    }
    this.#strings.push({ start, text: this.#text.slice(start + 1, end) });
    this.#blank(start + 1, end);
    return end + 1;
  }

  #readTemplate(start: number): number {
    let content = "";
    let at = start + 1;
    const slot = this.#strings.push({ start, text: "" }) - 1;
    while (at < this.#text.length && this.#text[at] !== "`") {
      if (this.#text.startsWith("${", at)) {
        content += "${}";
        at = this.#readCode(at + 2, true);
      } else {
        const end = at + (this.#text[at] === "\\" ? 2 : 1);
        content += this.#text.slice(at, end);
        at = this.#blank(at, end);
      }
    }
    this.#strings[slot] = { start, text: content };
    return at + 1;
  }

  /** A regular expression is blanked; a division, and the slash of a JSX tag, is left. */
  #readSlash(start: number): number {
    const before = this.#code
      .slice(Math.max(0, start - 40), start)
      .join("")
      .trimEnd();
    const last = before.at(-1) ?? "(";
    if (/[\w$)\]}"'`<]/.test(last) && !BEFORE_EXPRESSION.test(before)) return start + 1;
    let inClass = false;
    for (let at = start + 1; at < this.#text.length && this.#text[at] !== "\n"; at++) {
      const character = this.#text[at];
      if (character === "\\") at++;
      else if (character === "[") inClass = true;
      else if (character === "]") inClass = false;
      else if (character === "/" && !inClass) return this.#blank(start + 1, at) + 1;
    }
    return start + 1;
  }

  #find(text: string, from: number): number {
    const at = this.#text.indexOf(text, from);
    return at === -1 ? this.#text.length : at;
  }

  #blank(start: number, end: number): number {
    for (let at = start; at < end && at < this.#code.length; at++) {
      if (this.#code[at] !== "\n") this.#code[at] = " ";
    }
    return end;
  }
}

/** Static, side-effect, dynamic and type imports, and exports from elsewhere. */
function findImports(text: string, code: string): SourceImport[] {
  const imports: SourceImport[] = [];
  for (const match of code.matchAll(/\bfrom\s*["']|\bimport\s*["']|\b(?:import|require)\s*\(\s*["']?/g)) {
    const end = match.index + match[0].length;
    const quote = text[end - 1];
    const literal = quote === '"' || quote === "'";
    const before = code.slice(0, match.index);
    const statement = before.slice(Math.max(before.lastIndexOf("import"), before.lastIndexOf("export")));
    imports.push({
      specifier: literal ? text.slice(end, text.indexOf(quote, end)) : null,
      start: match.index,
      typeOnly: match[0].startsWith("from") && /^(?:import|export)\s+type\b/.test(statement),
    });
  }
  return imports;
}
