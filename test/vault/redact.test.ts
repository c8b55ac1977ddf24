import { describe, expect, it } from "vitest";
import { createRedactor } from "../../src/core/vault/redact.ts";
import { sanitize } from "../../src/core/vault/sanitize.ts";

/** No known shape, so that only the exact search can find it; characters that URL, JSON and base64 treat in their ways. */
const SECRET = 'made+up/"secret"=k\u00e9y&with everything';

describe("the redactor", () => {
  it("hides a live secret in every spelling, at every place", () => {
    const redactor = createRedactor();
    redactor.add(SECRET);
    const hidden = (text: string) => redactor.scrub(`before ${text} after`);
    const url = encodeURIComponent(SECRET);
    const spellings = [
      SECRET,
      url,
      url.replaceAll(/%../g, (code) => code.toLowerCase()),
      JSON.stringify(SECRET).slice(1, -1),
      JSON.stringify(SECRET).slice(1, -1).replaceAll("/", "\\/"),
      Buffer.from(SECRET).toString("hex"),
      Buffer.from(SECRET).toString("hex").toUpperCase(),
    ];
    for (const spelling of spellings) expect(hidden(spelling)).toBe("before [redacted] after");
    expect(hidden(SECRET + SECRET)).toBe("before [redacted][redacted] after");
  });

  it("hides it in base64 at every alignment, with any neighbours, in both alphabets", () => {
    const redactor = createRedactor();
    const secret = "\u00fb\u00ff-made-up-\u00bf\u00ff\u00fe-secret";
    redactor.add(secret);
    for (const before of ["", "k", "ke", "key", "Bearer:"]) {
      for (const after of ["", "a", "ab", "abc"]) {
        for (const alphabet of ["base64", "base64url"] as const) {
          const encoded = Buffer.from(before + secret + after).toString(alphabet);
          const scrubbed = redactor.scrub(encoded);
          const rest = scrubbed.replace("[redacted]", "");
          expect(scrubbed).toContain("[redacted]");
          // What stays are the edges: at most the neighbours and a bit more than one byte of the secret on either side.
          expect(rest.length).toBeLessThanOrEqual(Math.ceil(((before.length + after.length) * 4) / 3) + 6);
        }
      }
    }
  });

  it("forgets a secret that was removed as often as it was added", () => {
    const redactor = createRedactor();
    redactor.add(SECRET);
    redactor.add(SECRET);
    redactor.remove(SECRET);
    expect(redactor.scrub(SECRET)).toBe("[redacted]");
    redactor.remove(SECRET);
    redactor.remove(SECRET);
    expect(redactor.scrub(SECRET)).toBe(SECRET);
  });

  it("hides the longer of two secrets as a whole, and leaves text alone that a short one would blank out", () => {
    const redactor = createRedactor();
    for (const secret of ["made-up-secret", "made-up-secret-and-more", "key", ""]) redactor.add(secret);
    expect(redactor.scrub("made-up-secret-and-more, a key")).toBe("[redacted], a key");
  });

  it("hides what looks like a key of any provider, or follows Bearer", () => {
    const { scrub } = createRedactor();
    const tail = "MadeUp0123456789abcdefMadeUp";
    const prefixes =
      "AIza AQ. gsk_ csk- sk-or-v1- nvapi- hf_ github_pat_ ghp_ gho_ cfut_ cfat_ cfk_ cpk_ fw_ tgp_v1_";
    const more = "sk-orca- bce-v3/ALTAK- pk_ sk_ sk- ak_";
    for (const prefix of `${prefixes} ${more}`.split(" ")) {
      expect(scrub(`{"error":"bad key ${prefix}${tail}"}`)).toBe('{"error":"bad key [redacted]"}');
    }
    expect(scrub(`freellmapi-${"0a".repeat(24)}.`)).not.toContain("0a0a");
    expect(scrub("ms-01234567-89ab-cdef-0123-456789abcdef!")).toBe("[redacted]!");
    expect(scrub("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.c2lnbmF0dXJl end")).toBe(
      "jwt [redacted] end",
    );
    expect(scrub("Authorization: Bearer made.up~token+1\n")).toBe("Authorization: Bearer [redacted]\n");
  });

  it("leaves ordinary text as it is", () => {
    const { scrub } = createRedactor();
    const texts = [
      "Rate limit reached for model `llama-3.3-70b-versatile` in organization: used 33402, try again in 2m59.56s.",
      "task-based routing; risk-free; desk-organiser-with-many-drawers; the bearer of news",
      "groq/gpt-oss-120b key2=rate_minute; req_0123456789abcdef",
    ];
    for (const text of texts) expect(scrub(text)).toBe(text);
  });

  it("takes linear time on text made to be slow", () => {
    const redactor = createRedactor();
    for (let index = 0; index < 30; index++) redactor.add(`made-up-secret-number-${index}`);
    const megabyte = 1_000_000;
    for (const unit of [
      "sk-",
      "eyJ",
      "eyJaaaaaaaaaaaa.",
      "Bearer ",
      "bearer        ",
      "gsk_a ",
      "ms-01234567-",
      "made-up-secret-",
    ]) {
      const text = unit.repeat(megabyte / unit.length);
      const start = performance.now();
      redactor.scrub(text);
      sanitize(text);
      // Quadratic time would be minutes.
      expect(performance.now() - start, unit).toBeLessThan(10_000);
    }
  });
});

describe("sanitizing", () => {
  it("leaves no control character, no escape sequence and no turn of direction", () => {
    expect(sanitize("a\u001b[31mred\u001b[0m b")).toBe("ared b");
    expect(sanitize("title\u001b]0;evil\u0007!")).toBe("title!");
    expect(sanitize("link\u001b]8;;http://evil\u001b\\text\u001b]8;;\u001b\\")).toBe("linktext");
    expect(sanitize("c1\u009b2Jx\u0085y\u0000z\u007f")).toBe("c1x yz");
    expect(sanitize("two\r\nlines\tand\u2028more")).toBe("two lines and more");
    expect(sanitize("safe\u202eexe.txt\u2066\u200f")).toBe("safeexe.txt");
    expect(sanitize("\u001b(0\u001bcunfinished\u001b[")).toBe("unfinished");
    expect(sanitize("na\u00efve \u{1f469}\u200d\u{1f680} \u65e5\u672c")).toBe(
      "na\u00efve \u{1f469}\u200d\u{1f680} \u65e5\u672c",
    );
  });

  it("never lets one through, whatever is put together", () => {
    const parts = [
      "\u001b",
      "[",
      "]",
      "0;",
      "31m",
      "\u009b",
      "\u0007",
      "\\",
      "x",
      "\u202e",
      "P",
      "\n",
      "\u001b\u001b",
    ];
    let seed = 7;
    for (let round = 0; round < 10_000; round++) {
      let text = "";
      for (let index = 0; index < 12; index++) {
        seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
        text += parts[Math.floor((seed / 2 ** 32) * parts.length)];
      }
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
      expect(sanitize(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    }
  });
});
