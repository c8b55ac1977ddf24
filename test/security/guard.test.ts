import { describe, expect, test } from "vitest";
import {
  createGuard,
  type GuardOptions,
  loopbackHosts,
  requestPath,
  scopeOf,
} from "../../src/core/serve/guard.ts";

const chatToken = `freellmapi-${"0123456789abcdef".repeat(3)}`;
const adminToken = `freellmadm-${"fedcba9876543210".repeat(3)}`;

/** A guard on port 3001 whose clock stands still until the test moves it. */
function setUp(more: Partial<GuardOptions> = {}) {
  const time = { now: 0 };
  const guard = createGuard({
    allowedHosts: loopbackHosts(3001),
    allowedOrigins: [],
    tokens: { chat: (token) => token === chatToken, admin: (token) => token === adminToken },
    clock: { monotonic: () => time.now },
    ...more,
  });
  function check(headers: Record<string, string>, method = "GET", path = "/v1/models", peer = "10.0.0.1") {
    const all = new Headers({ host: "127.0.0.1:3001", ...headers });
    return guard.check({ method, path, headers: all, peer });
  }
  return { check, time };
}

const bearer = { authorization: `Bearer ${chatToken}` };

describe("token", () => {
  test.each([
    ["bearer", { authorization: `Bearer ${chatToken}` }],
    ["bearer in another case, with spaces", { authorization: `bEARER   ${chatToken} ` }],
    ["x-api-key", { "x-api-key": chatToken }],
    ["x-goog-api-key", { "x-goog-api-key": chatToken }],
    ["the right one beside a stale one", { authorization: "Bearer sk-stale", "x-api-key": chatToken }],
  ])("is taken as %s", (_name, headers) => {
    expect(setUp().check(headers)).toBeNull();
  });

  test.each([
    ["nothing", {}],
    ["a basic login", { authorization: `Basic ${btoa(`user:${chatToken}`)}` }],
    ["an empty bearer", { authorization: "Bearer " }],
    ["the bare token", { authorization: chatToken }],
    ["part of the token", { authorization: `Bearer ${chatToken.slice(0, -1)}` }],
    ["two tokens in one header", { authorization: `Bearer ${chatToken}, Bearer ${chatToken}` }],
    ["a cookie", { cookie: `token=${chatToken}` }],
  ])("is not %s", (_name, headers) => {
    expect(setUp().check(headers)?.kind).toBe("unauthorized");
  });

  test("opens only the routes of its scope", () => {
    const { check } = setUp();
    const admin = { authorization: `Bearer ${adminToken}` };
    expect(check(admin, "GET", "/admin/state")).toBeNull();
    expect(check(bearer, "GET", "/admin/state")?.kind).toBe("forbidden");
    expect(check(admin, "GET", "/v1/models")?.kind).toBe("forbidden");
  });

  test("is never told back", () => {
    const { check } = setUp();
    const problems = [
      check({ authorization: "Bearer made-up-secret" }),
      check({ "x-api-key": "made-up-secret" }, "GET", "/admin/state"),
      check({ ...bearer, origin: "http://made-up-secret" }),
      check({ ...bearer, host: "made-up-secret" }),
    ];
    for (const problem of problems) expect(problem?.message).not.toContain("made-up-secret");
  });
});

describe("scope", () => {
  test.each([
    ["/healthz", "open"],
    ["/readyz", "open"],
    ["/healthz/", "chat"],
    ["/healthz%2f..%2fadmin", "chat"],
    ["/", "chat"],
    ["/v1/models", "chat"],
    ["/v1/models/qwen%2Fqwen3", "chat"],
    ["/v1/administration", "chat"],
    ["/administrate", "chat"],
    ["/metrics", "chat"],
    ["/nowhere", "chat"],
    ["/admin", "admin"],
    ["/admin/state", "admin"],
    ["/ADMIN/state", "admin"],
    ["//admin/state", "admin"],
    ["/%61dmin/state", "admin"],
    ["/admin%2Fstate", "admin"],
    ["/\\admin/state", "admin"],
    ["/%", "admin"],
  ])("of %s is %s", (path, scope) => {
    expect(scopeOf(path)).toBe(scope);
  });

  test.each([
    ["http://127.0.0.1:3001/v1/models?limit=1", "/v1/models"],
    ["http://127.0.0.1:3001", "/"],
    ["http://[::1]:3001/a", "/a"],
    ["/v1/models?x=http://y/z", "/v1/models"],
    ["/v1/models#a?b", "/v1/models"],
    ["/", "/"],
    ["", ""],
  ])("the path of %j is %j", (url, path) => {
    expect(requestPath(url)).toBe(path);
  });
});

describe("wrong tokens", () => {
  const wrong = { authorization: "Bearer wrong" };

  test("ten a minute, then the answer says how long to wait; the right one always passes", () => {
    const { check, time } = setUp();
    for (let attempt = 1; attempt <= 10; attempt++) expect(check(wrong)?.kind).toBe("unauthorized");
    time.now = 20_500;
    expect(check(wrong)).toMatchObject({ kind: "rate_limited", retryAfterSeconds: 40 });
    expect(check(bearer)).toBeNull();
    expect(check(wrong)?.kind).toBe("rate_limited");
    time.now = 60_000;
    expect(check(wrong)?.kind).toBe("unauthorized");
  });

  test("are counted for each peer alone, and a request without a token guesses nothing", () => {
    const { check } = setUp();
    for (let attempt = 1; attempt <= 11; attempt++) check(wrong, "GET", "/v1/models", "10.0.0.1");
    expect(check(wrong, "GET", "/v1/models", "10.0.0.2")?.kind).toBe("unauthorized");
    for (let attempt = 1; attempt <= 30; attempt++) check({}, "GET", "/v1/models", "10.0.0.3");
    expect(check(wrong, "GET", "/v1/models", "10.0.0.3")?.kind).toBe("unauthorized");
  });

  test("of very many peers do not fill the memory: the first are forgotten", () => {
    const { check } = setUp();
    for (let attempt = 1; attempt <= 11; attempt++) check(wrong, "GET", "/v1/models", "first");
    expect(check(wrong, "GET", "/v1/models", "first")?.kind).toBe("rate_limited");
    for (let peer = 0; peer < 1024; peer++) check(wrong, "GET", "/v1/models", `peer ${peer}`);
    expect(check(wrong, "GET", "/v1/models", "first")?.kind).toBe("unauthorized");
  });
});

describe("origin", () => {
  test("one that is allowed may call, though its browser says cross-site", () => {
    const { check } = setUp({ allowedOrigins: ["app://notes"] });
    expect(check({ ...bearer, origin: "app://notes", "sec-fetch-site": "cross-site" })).toBeNull();
    expect(check({ ...bearer, origin: "app://notes.example" })?.kind).toBe("forbidden");
    expect(check({ ...bearer, "sec-fetch-site": "cross-site" })?.kind).toBe("forbidden");
  });
});

describe("host", () => {
  test("configured names are served in any case, the default port only where it is the port", () => {
    const { check } = setUp({ allowedHosts: ["Box.lan:3001"] });
    expect(check({ ...bearer, host: "box.LAN:3001" })).toBeNull();
    expect(check({ ...bearer, host: "127.0.0.1:3001" })?.kind).toBe("forbidden");
    expect(loopbackHosts(80)).toContain("localhost");
    expect(loopbackHosts(3001)).toEqual(["127.0.0.1:3001", "localhost:3001", "[::1]:3001"]);
  });
});

describe("content type", () => {
  test.each([
    "application/json",
    "application/json; charset=utf-8",
    "Application/JSON;charset=utf-8",
    "application/json ;a=b",
  ])("%s may be posted", (type) => {
    expect(setUp().check({ ...bearer, "content-type": type }, "POST")).toBeNull();
  });

  test.each([
    "text/plain",
    "text/plain; application/json",
    "text/plain, application/json",
    "application/json, text/plain",
    "application/jsonp",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "",
  ])("%j may not", (type) => {
    expect(setUp().check({ ...bearer, "content-type": type }, "POST")?.kind).toBe("unsupported_media_type");
  });

  test("a POST without one is refused, a GET needs none", () => {
    expect(setUp().check(bearer, "POST")?.kind).toBe("unsupported_media_type");
    expect(setUp().check(bearer, "GET")).toBeNull();
  });
});
