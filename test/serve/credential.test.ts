import { describe, expect, it } from "vitest";
import { openCredential } from "../../src/core/serve/credential.ts";

const ACCOUNT = "0123456789abcdef0123456789abcdef";
const perAccount = {
  baseUrl: "https://api.example/accounts/{account}/v1",
  auth: "bearer",
  credential: "account_and_token",
} as const;
const plain = { baseUrl: "https://api.example/v1", auth: "bearer", credential: "plain" } as const;

describe("the credential of a call", () => {
  it("is a bearer header, or the one that the provider reads", () => {
    expect(openCredential(plain, null, "k-1")).toEqual({
      baseUrl: "https://api.example/v1",
      secret: "k-1",
      headers: { authorization: "Bearer k-1" },
    });
    expect(openCredential({ ...plain, auth: "x-goog-api-key" }, null, "k-1").headers).toEqual({
      "x-goog-api-key": "k-1",
    });
  });

  it.each([":", "|", "/"])("takes account id and token apart at %s", (separator) => {
    expect(openCredential(perAccount, null, `${ACCOUNT.toUpperCase()}${separator}tok:en`)).toEqual({
      baseUrl: `https://api.example/accounts/${ACCOUNT}/v1`,
      secret: "tok:en",
      headers: { authorization: "Bearer tok:en" },
    });
  });

  it("leaves a key with a colon whole where no account belongs to it", () => {
    expect(openCredential(plain, null, `${ACCOUNT}:x`).secret).toBe(`${ACCOUNT}:x`);
  });

  it("goes to the address of the key, and carries nothing without a key", () => {
    expect(openCredential(plain, "http://127.0.0.1:1/v1", null)).toEqual({
      baseUrl: "http://127.0.0.1:1/v1",
      secret: null,
      headers: {},
    });
  });
});
