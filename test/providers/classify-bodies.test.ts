/** Error bodies in every shape, and what is made of those that no rule knows. */
import { describe, expect, test } from "vitest";
import { consequenceOf } from "../../src/core/route/consequence.ts";
import { classifyEmbedded } from "../../src/providers/classify/index.ts";
import { classified } from "./classify-provider.ts";
import { custom, NOW } from "./support.ts";

const DAILY = "Daily limit reached";

describe("the words are found in", () => {
  test.each<[string, unknown]>([
    ["an object with a message", { error: { message: DAILY, code: "x", type: "y" } }],
    ["an error that is a text", { error: DAILY }],
    ["a flat body", { message: DAILY, code: 7 }],
    ["a detail", { detail: DAILY }],
    ["a list of details", { detail: [{ msg: DAILY, loc: ["body"] }] }],
    ["a list of errors", { errors: [{ message: DAILY, code: 7 }] }],
    ["a list of texts", { errors: [DAILY] }],
    ["an object of errors", { errors: { message: DAILY, request_id: "1" } }],
    ["a problem document", { status: 429, title: "Too Many Requests", detail: DAILY }],
    ["a fault", { fault: { faultstring: DAILY, detail: { errorcode: "x" } } }],
    ["a list of one", [{ error: { message: DAILY } }]],
    ["a message that is an object", { object: "error", message: { detail: [{ msg: DAILY }] } }],
    [
      "a body that is quoted",
      { error: { message: "Provider failed", metadata: { raw: JSON.stringify({ error: DAILY }) } } },
    ],
    [
      "a body behind a few words",
      { error: { message: `Upstream: ${JSON.stringify({ error: { message: DAILY } })}` } },
    ],
    ["a text", DAILY],
    ["a JSON text", JSON.stringify(DAILY)],
  ])("%s", (_, body) => {
    expect(classified("custom", 429, body)).toMatchObject({ kind: "quota_day", scope: "target" });
  });
});

describe("a prompt that is quoted in an error", () => {
  test("decides nothing by the JSON in it", () => {
    const prompt = JSON.stringify({ code: "freeusagelimiterror", message: "x" });
    const failure = classified("custom", 429, { error: { message: `Slow down. You sent: ${prompt}` } });
    expect(failure.kind).toBe("rate_unknown");
  });
});

describe("bodies that cannot be read", () => {
  const kinds = {
    400: "client_error",
    401: "invalid_key",
    402: "no_credit",
    403: "forbidden",
    429: "rate_unknown",
    500: "server_error",
  };
  const notUtf8 = new TextDecoder().decode(new Uint8Array([0xff, 0xfe, 0x80, 0x34, 0x30, 0x32, 0xc3]));
  const bodies: [string, string][] = [
    ["nothing", ""],
    ["blanks", " \r\n\t"],
    ["null", "null"],
    ["a number", "402"],
    ["an empty object", "{}"],
    ["an empty list", "[]"],
    ["HTML", "<!DOCTYPE html><title>402 insufficient balance, daily limit</title>"],
    ["XML", '<?xml version="1.0"?><Error><Code>402</Code></Error>'],
    ["half a JSON", '{"error":{"message":"x'],
    ["bytes that are no text", notUtf8],
    ["8 MB of text", "x402 ".repeat(1_600_000)],
    ["8 MB of JSON", JSON.stringify({ error: { message: "x".repeat(8_000_000) } })],
    ["a deep nest", `${'{"error":'.repeat(5000)}{}${"}".repeat(5000)}`],
    ["wrong types", JSON.stringify({ error: { message: 7, code: null, param: {}, type: [] }, detail: true })],
    [
      "names of the language",
      '{"__proto__":{"code":"insufficient_quota"},"constructor":1,"headers":{"a b":"x\\ny"}}',
    ],
  ];
  test.each(bodies)("%s leaves the status to decide", (_, body) => {
    for (const [status, kind] of Object.entries(kinds)) {
      const failure = classified("custom", Number(status), body);
      expect(failure, status).toMatchObject({ kind, status: Number(status) });
      expect(failure.until).toBeUndefined();
      expect(failure.message.length).toBeLessThanOrEqual(300);
      expect(failure.message).not.toMatch(/<\w/);
    }
  });
});

describe("what no rule knows", () => {
  test.each<[number, unknown, string]>([
    [429, { error: { message: "no" } }, "generic/unknown-429"],
    [400, { error: { message: "no" } }, "generic/unknown-400"],
    [422, {}, "generic/unknown-422"],
    [409, { error: "conflict" }, "generic/unknown-4xx"],
    [418, "", "generic/unknown-4xx"],
    [204, "", "generic/unknown-in-reply"],
  ])("%i is told by its rule, and rests nothing for long", (status, body, rule) => {
    const failure = classified("custom", status, body);
    expect(failure.rule).toBe(rule);
    expect(failure.until).toBeUndefined();
    expect(consequenceOf(failure.kind).rest[0] ?? 0).toBeLessThanOrEqual(60_000);
  });
});

describe("an error under HTTP 200", () => {
  const embedded = (error: unknown) => classifyEmbedded(custom, error, NOW, false);

  test("is read by the status or the code inside", () => {
    expect(embedded({ code: 429, message: DAILY })).toMatchObject({ kind: "quota_day", status: 200 });
    expect(embedded({ code: "queue_exceeded", message: "x" })).toMatchObject({ kind: "capacity" });
    expect(embedded({ status: "INVALID_ARGUMENT", message: "x" })).toMatchObject({ kind: "client_error" });
    expect(embedded({ message: "x" })).toMatchObject({ kind: "bad_reply", rule: "generic/unknown-in-reply" });
  });

  test("takes the headers that a gateway passes on, and only those that can be some", () => {
    const headers = { "Retry-After": 7, "bad name": "x", "x-ratelimit-limit": "5\r\nx: y" };
    const failure = embedded({ code: 429, message: "x", metadata: { headers } });
    expect(failure).toMatchObject({ kind: "rate_minute", until: NOW + 7000 });
  });
});
