/** The failure tables, row by row. */
import { describe, expect, test } from "vitest";
import type { Failure } from "../../src/core/chat/failure.ts";
import { providers } from "../../src/providers/index.ts";
import { CASES } from "./classify-cases.ts";
import { NOW, providerNamed } from "./support.ts";

describe.each([...CASES])("%s (%s %i)", (_, provider, status, body, expected, headers = {}) => {
  test(`is ${expected.kind ?? "timed"}`, () => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const failure = providers.classify(providerNamed(provider), {
      status,
      headers: new Headers(headers),
      body: text,
      now: NOW,
    });
    expect(failure).toMatchObject({ status, ...expected });
    if (!("until" in expected) && Object.keys(headers).length === 0 && !text.includes("try again")) {
      if (expected.kind !== "quota_day") expect(failure.until).toBeUndefined();
    }
  });
});

describe("failures of one request", () => {
  test("never rest anything", () => {
    const failure = providers.classify(providerNamed("groq"), {
      status: 413,
      headers: new Headers({ "retry-after": "60" }),
      body: "",
      now: NOW,
    });
    expect(failure.scope).toBe("request");
    expect(failure.until).toBeUndefined();
  });
});

describe("calls without a reply", () => {
  // biome-ignore format: a table, one error a line
  const cases: [string, unknown, Partial<Failure>][] = [
    ["refused", Object.assign(new Error("x"), { code: "ECONNREFUSED" }), { kind: "transport", rule: "generic/refused" }],
    ["refused, as Bun says it", Object.assign(new Error("x"), { code: "ConnectionRefused" }), { rule: "generic/refused" }],
    ["reset", new TypeError("fetch failed", { cause: Object.assign(new Error("x"), { code: "ECONNRESET" }) }), { kind: "transport", rule: "generic/reset" }],
    ["unknown host", Object.assign(new Error("x"), { code: "ENOTFOUND" }), { rule: "generic/unreachable" }],
    ["certificate", Object.assign(new Error("x"), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" }), { rule: "generic/tls" }],
    ["timeout", new DOMException("timed out", "TimeoutError"), { kind: "timeout", scope: "model" }],
    ["given up", new DOMException("aborted", "AbortError"), { kind: "aborted", scope: "request" }],
    ["too large", Object.assign(new Error("x"), { name: "ReplyTooLargeError" }), { kind: "bad_reply" }],
    ["type error", new TypeError("fetch failed"), { kind: "transport", rule: "generic/transport" }],
    ["no error at all", "gone", { kind: "transport" }],
  ];
  test.each(cases)("%s", (_, error, expected) => {
    expect(providers.classifyError(providerNamed("groq"), error)).toMatchObject(expected);
  });
});
