/** The failure tables, row by row. */
import { describe, expect, test } from "vitest";
import type { Failure } from "../../src/core/chat/failure.ts";
import { GENERIC_RULES } from "../../src/providers/classify/rules/generic.ts";
import { PROVIDER_RULES } from "../../src/providers/classify/rules/index.ts";
import { providers } from "../../src/providers/index.ts";
import { CASES } from "./classify-cases.ts";
import { classified } from "./classify-provider.ts";
import { PROVIDER_CASES } from "./classify-provider-cases.ts";
import { NOW, providerNamed } from "./support.ts";

const ALL = [...CASES, ...PROVIDER_CASES];

describe.each(ALL)("%s (%s %i)", (_, provider, status, body, expected, headers = {}) => {
  test(`is ${expected.kind ?? "timed"}`, () => {
    const failure = classified(provider, status, body, headers);
    expect(failure).toMatchObject({ status, ...expected });
    const text = JSON.stringify(body);
    if (!("until" in expected) && Object.keys(headers).length === 0 && !text.includes("try again")) {
      if (expected.kind !== "quota_day") expect(failure.until).toBeUndefined();
    }
  });
});

describe("the tables", () => {
  const rules = [...Object.values(PROVIDER_RULES).flat(), ...GENERIC_RULES];

  test("have no two rows of one name", () => {
    expect(rules.map(({ id }) => id).toSorted()).toEqual([...new Set(rules.map(({ id }) => id))].toSorted());
  });

  test("have no row without a reply that it decides", () => {
    const decided = new Set(
      ALL.map(([, ...reply]) => classified(reply[0], reply[1], reply[2], reply[4]).rule),
    );
    expect(rules.map(({ id }) => id).filter((id) => !decided.has(id))).toEqual([]);
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
