/** A fingerprint of everything that happened, in order: two runs that differ in anything differ in it. */
export class Trace {
  #low = 0x811c9dc5;
  #high = 0x9747b28c;

  readonly #kept: boolean;

  /** `kept` false: nobody will ask for it. */
  constructor(kept: boolean) {
    this.#kept = kept;
  }

  add(what: unknown): void {
    if (!this.#kept) return;
    const text = JSON.stringify(what);
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      this.#low = Math.imul(this.#low ^ code, 0x01000193);
      this.#high = Math.imul(this.#high ^ code, 0x85ebca6b);
      this.#high ^= this.#high >>> 13;
    }
  }

  get digest(): string {
    const hex = (part: number): string => (part >>> 0).toString(16).padStart(8, "0");
    return hex(this.#high) + hex(this.#low);
  }
}
