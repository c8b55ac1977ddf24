/** The last guard before text leaves: live secrets in every usual spelling, then whatever looks like a key. */

const HIDDEN = "[redacted]";

/** Shorter secrets are not searched for: they would blank out ordinary text. */
const LEAST_LENGTH = 8;

export interface Redactor {
  add(secret: string): void;
  /** Once for each `add`. */
  remove(secret: string): void;
  /** The text without secrets. Takes time in proportion to the length of the text. */
  scrub(text: string): string;
}

/**
 * Well-known key shapes. Every repetition is bounded or of one class of characters, so matching stays linear. The
 * prefixes are those by which the providers' keys are recognised.
 */
const KEY_SHAPES = [
  /(?<![A-Za-z0-9])(?:AIza|AQ\.|gsk_|csk-|nvapi-|hf_|github_pat_|gh[pousr]_|cf[uak]t?_|cpk_|fw_|tgp_v1_|bce-v3\/ALTAK-|freellmapi-|sk-|[ps]k_|ak_)[\w\-./+=]{16,}/g,
  /(?<![A-Za-z0-9])ms-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi,
  /(?<![A-Za-z0-9])eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{0,2000}/g,
];
const BEARER = /(bearer[\s:=]{1,8})[^\s"'<>,;]{8,}/gi;

export function createRedactor(): Redactor {
  const counts = new Map<string, number>();
  /** Longest first: a spelling inside a longer one must not leave the rest of it standing. */
  let needles: string[] = [];

  function rebuild(): void {
    const all = new Set([...counts.keys()].flatMap(spellings));
    needles = [...all].sort((left, right) => right.length - left.length);
  }

  return {
    add(secret) {
      if (secret.length < LEAST_LENGTH) return;
      counts.set(secret, (counts.get(secret) ?? 0) + 1);
      rebuild();
    },
    remove(secret) {
      const count = counts.get(secret);
      if (count === undefined) return;
      if (count > 1) counts.set(secret, count - 1);
      else counts.delete(secret);
      rebuild();
    },
    scrub(text) {
      let clean = text;
      for (const needle of needles) {
        if (clean.includes(needle)) clean = clean.replaceAll(needle, HIDDEN);
      }
      for (const shape of KEY_SHAPES) clean = clean.replace(shape, HIDDEN);
      return clean.replace(BEARER, (_match, scheme: string) => scheme + HIDDEN);
    },
  };
}

/** The ways in which a provider, a library or a log may write a secret. */
function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret, "utf8");
  const url = encodeURIComponent(secret);
  const json = JSON.stringify(secret).slice(1, -1);
  const hex = bytes.toString("hex");
  const spelt = [
    secret,
    url,
    url.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    json,
    json.replaceAll("/", "\\/"),
    hex,
    hex.toUpperCase(),
    ...[0, 1, 2].flatMap((offset) => base64At(bytes, offset)),
  ];
  return spelt.filter((spelling) => spelling.length >= LEAST_LENGTH);
}

/**
 * What of the secret's base64 does not depend on its neighbours when it begins `offset` bytes into a group of three, in
 * both alphabets. The characters at the edges, which mix in foreign bits, are left out.
 */
function base64At(bytes: Buffer, offset: number): string[] {
  const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
  const first = Math.ceil((offset * 8) / 6);
  const last = Math.floor(((offset + bytes.length) * 8) / 6);
  const sure = encoded.slice(first, last);
  return [sure, sure.replaceAll("+", "-").replaceAll("/", "_")];
}
