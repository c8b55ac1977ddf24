import { describe, expect, test } from "vitest";
import { checkProxyUrl, describeProxy, isLocalProxy } from "../../src/core/net/proxy-url.ts";

describe("checkProxyUrl", () => {
  test.each([
    ["http://proxy.example:3128", "http://proxy.example:3128"],
    [" HTTP://PROXY.example:3128/ ", "http://proxy.example:3128"],
    ["http://proxy.example", "http://proxy.example:80"],
    ["http://proxy.example:80", "http://proxy.example:80"],
    ["https://proxy.example", "https://proxy.example:443"],
    ["https://proxy.example:80", "https://proxy.example:80"],
    ["socks5://127.0.0.1", "socks5://127.0.0.1:1080"],
    ["socks5://127.1:9050", "socks5://127.0.0.1:9050"],
    ["socks5h://[::1]:9050", "socks5://[::1]:9050"],
    ["http://me:p%40ss%3Aword@proxy.example:3128", "http://me:p%40ss%3Aword@proxy.example:3128"],
    ["http://me@proxy.example:3128", "http://me@proxy.example:3128"],
    ["Direct", "direct"],
  ])("%j", (text, url) => {
    expect(checkProxyUrl(text)).toEqual({ url });
  });

  test.each([
    ["", /must begin/],
    ["proxy.example:3128", /must begin/],
    ["ftp://made-up-word@proxy.example", /must begin/],
    ["socks4://made-up-word@127.0.0.1", /must begin/],
    ["http:///proxy", /must begin/],
    ["http://me:made-up-word@", /malformed/],
    ["http://me:made-up-word@proxy.example:99999", /malformed/],
    ["http://me:made-up word@proxy.example", /malformed/],
    ["http://me:made-up-word\\@proxy.example", /malformed/],
    ["http://me:made-up-word@proxy.example/path", /must end after host and port/],
    ["http://me:made-up-word@proxy.example?x", /must end after host and port/],
    ["https://me:made-up-word@127.0.0.1:3128", /needs a host name/],
    ["http://me:made-up-word%@proxy.example", /not encoded/],
  ])("%j is refused without being repeated", (text, error) => {
    const checked = checkProxyUrl(text);
    expect(checked).toMatchObject({ error: expect.stringMatching(error), hint: expect.any(String) });
    expect(JSON.stringify(checked)).not.toContain("made-up");
  });
});

test("describeProxy leaves out who logs in", () => {
  expect(describeProxy("http://me:p%40ss@proxy.example:3128")).toBe("http://proxy.example:3128");
  expect(describeProxy("socks5://127.0.0.1:1080")).toBe("socks5://127.0.0.1:1080");
  expect(describeProxy("direct")).toBe("direct");
});

test.each([
  ["http://127.0.0.1:3128", true],
  ["socks5://me:word@localhost:1080", true],
  ["socks5://192.168.1.5:1080", true],
  ["http://proxy.lan:3128", true],
  ["http://proxy.example:3128", false],
  ["socks5://8.8.8.8:1080", false],
])("%s is local: %s", (url, local) => {
  expect(isLocalProxy(url)).toBe(local);
});
