/** Makes upstream text fit to be shown: no keys, no HTML, no more than a few lines. */

const MAX_LENGTH = 300;

const KEYS: readonly RegExp[] = [
  // A header or a query that holds one.
  /\bbearer +[^\s"',;]{8,}/gi,
  /\b(?:api[-_ ]?key|apikey|access[-_]token|auth[-_]?token|token|key|secret|password) *(?:provided)?["']? *[:=] *["']?[^\s"',;&)]{8,}/gi,
  // Prefixes that providers give their keys.
  /\b(?:sk|pk|rk|gsk|csk|cpk|hf|fw|nvapi|xai|ghp|gho|ghu|ghs|ghr|github_pat|cfut|cfat|cfk|tgp_v1|ms|ak|key|freellmapi|AIza|AQ\.)[-_.][A-Za-z0-9_*.-]{8,}/g,
  /\bAIza[A-Za-z0-9_-]{10,}/g,
  /\bbce-v3\/[A-Za-z0-9_/-]{8,}/g,
  /\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,2}/g,
  // Keys that were masked in part already.
  /[A-Za-z0-9_-]*\*{3,}[A-Za-z0-9_*-]*/g,
  // Shapes without a prefix.
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi,
  /\b(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{28,}(?:[.:][A-Za-z0-9]{8,})?/g,
];

/** Replaces all that looks like a key. */
function scrubKeys(text: string): string {
  let clean = text;
  for (const pattern of KEYS) clean = clean.replace(pattern, "[redacted]");
  return clean;
}

/** At most 300 characters of `text` on one line, without keys; a page of HTML becomes a short phrase. */
export function scrub(text: string): string {
  if (isHtml(text)) return "an HTML page";
  // Cut before the search as well, so that a huge body costs nothing; twice the length leaves no half of a key visible.
  const line = scrubKeys(text.slice(0, 4 * MAX_LENGTH))
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
  return line.length <= MAX_LENGTH ? line : `${line.slice(0, MAX_LENGTH - 3)}...`;
}

export function isHtml(text: string): boolean {
  return /^\s*<(?:!doctype|html|head|body|\?xml|center|h1|title)\b/i.test(text.slice(0, 200));
}
