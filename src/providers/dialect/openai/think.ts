/**
 * Some models write their thinking into the text, as a leading `<think>...</think>`. This takes it out, also when the
 * tags are cut over chunks. Only a tag at the very beginning counts: later ones are text that speaks of tags.
 */

const OPEN = "<think>";
const CLOSE = "</think>";

export interface Split {
  reasoning: string;
  text: string;
}

export class ThinkSplitter {
  /** `begin`: nothing but white space or a part of the tag so far. `after`: only white space since the closing tag. */
  #state: "begin" | "inside" | "after" | "text" = "begin";
  #held = "";

  /** Whether all further text passes unchanged: then it need not come through here. */
  get passing(): boolean {
    return this.#state === "text";
  }

  push(piece: string): Split {
    const split = { reasoning: "", text: "" };
    if (this.#state === "text") {
      split.text = piece;
      return split;
    }
    this.#held += piece;
    if (this.#state === "begin") this.#begin(split);
    if (this.#state === "inside") this.#inside(split);
    if (this.#state === "after") this.#after(split);
    return split;
  }

  /** What was held back; white space alone is nothing, unless `isRest`: then it is the end of what another answer began. */
  end(isRest = false): Split {
    const held = this.#held;
    const inside = this.#state === "inside";
    this.#held = "";
    this.#state = "text";
    if (inside) return { reasoning: held, text: "" };
    return { reasoning: "", text: held.trim() === "" && !isRest ? "" : held };
  }

  #begin(split: Split): void {
    const start = this.#held.trimStart();
    if (start.startsWith(OPEN)) {
      this.#held = start.slice(OPEN.length);
      this.#state = "inside";
    } else if (!OPEN.startsWith(start)) {
      split.text = this.#held;
      this.#held = "";
      this.#state = "text";
    }
  }

  #inside(split: Split): void {
    const close = this.#held.indexOf(CLOSE);
    if (close !== -1) {
      split.reasoning = this.#held.slice(0, close);
      this.#held = this.#held.slice(close + CLOSE.length);
      this.#state = "after";
      return;
    }
    const keep = partialTag(this.#held);
    split.reasoning = this.#held.slice(0, this.#held.length - keep);
    this.#held = this.#held.slice(this.#held.length - keep);
  }

  #after(split: Split): void {
    const rest = this.#held.trimStart();
    if (rest === "") return;
    split.text = rest;
    this.#held = "";
    this.#state = "text";
  }
}

/** Length of the longest end of `text` that could be the beginning of the closing tag. */
function partialTag(text: string): number {
  for (let length = Math.min(CLOSE.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(CLOSE.slice(0, length))) return length;
  }
  return 0;
}
