import { describe, expect, test } from "vitest";
import { checkBaseUrl, classifyAddress, isLoopbackHost } from "../../src/core/net/address.ts";

describe("base URLs that are never called", () => {
  test.each([
    // Metadata services
    "http://169.254.169.254/latest/meta-data",
    "https://169.254.169.254",
    "http://169.254.169.254./",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://0xA9.0xFE.0xA9.0xFE/",
    "http://0251.0376.0251.0376/",
    "http://169.254.43518/",
    "http://169.16689662/",
    "http://①⑥⑨.②⑤④.①⑥⑨.②⑤④/",
    "http://%31%36%39.254.169.254/",
    "http://169。254。169。254/",
    "http://[::ffff:169.254.169.254]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[0:0:0:0:0:ffff:a9fe:a9fe]/",
    "http://[::169.254.169.254]/",
    "http://[::ffff:0:169.254.169.254]/",
    "http://[64:ff9b::169.254.169.254]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[64:ff9b:1::a9fe:a9fe]/",
    "http://[2002:a9fe:a9fe::]/",
    "http://[fd00:ec2::254]/",
    "http://[FD00:0EC2:0:0:0:0:0:254]/",
    "http://[fd20:ce::254]/",
    "http://100.100.100.200/",
    "http://1684301000/",
    "https://168.63.129.16/",
    "https://192.0.0.192/",
    "http://metadata.google.internal/computeMetadata/v1",
    "http://METADATA.google.internal./",
    "http://metadata/",
    "http://instance-data/latest",
    // Link-local
    "http://169.254.1.1/",
    "http://169.254.170.2/",
    "http://[fe80::1]/",
    "http://[fe80::1%1]/",
    "http://[fe80::1%25eth0]/",
    "http://[febf::1]/",
    // Unspecified, multicast, broadcast, reserved
    "http://0.0.0.0:11434/",
    "http://0/",
    "http://0x0/",
    "http://[::]:11434/",
    "http://[::ffff:0.0.0.0]/",
    "http://224.0.0.1/",
    "http://[ff02::1]/",
    "http://255.255.255.255/",
    "https://240.0.0.1/",
    "https://192.0.2.1/",
    "https://198.18.0.1/",
    "https://[2001:db8::1]/",
    "https://[100::1]/",
    "https://[2001::1]/",
    // Not a host at all
    "http://256.1.1.1/",
    "http://1.2.3.4.5/",
    "http://./",
    "http://a..b/",
    "http://localhost%00.example/",
    "https://exa mple.com/",
  ])("%s", (text) => {
    const check = checkBaseUrl(text);
    expect(check).toHaveProperty("error");
    expect(check).toHaveProperty("hint");
  });
});

describe("base URLs that hide something", () => {
  test.each([
    ["https://user@api.example.com/v1", /user name/],
    ["https://user:word@api.example.com/v1", /user name/],
    ["https://@api.example.com/v1", /user name/],
    ["https://api.example.com@evil.example/v1", /user name/],
    ["https://api.example.com\\@evil.example/v1", /malformed/],
    ["https://api.example.com/v1?key=1", /query/],
    ["https://api.example.com/v1?", /query/],
    ["https://api.example.com/v1#x", /fragment/],
    ["https://api.exam\nple.com/", /malformed/],
    ["https://api.exam\tple.com/", /malformed/],
    ["https:///api.example.com/", /must begin/],
    ["https:api.example.com", /must begin/],
    ["//api.example.com", /must begin/],
    ["api.example.com/v1", /must begin/],
    ["ftp://api.example.com", /must begin/],
    ["file:///etc/passwd", /must begin/],
    ["javascript:alert(1)", /must begin/],
    ["", /must begin/],
  ])("%j", (text, error) => {
    expect(checkBaseUrl(text)).toMatchObject({ error: expect.stringMatching(error) });
  });

  test("an error never repeats the URL, which may hold a password", () => {
    expect(JSON.stringify(checkBaseUrl("https://me:made-up-word@api.example.com"))).not.toContain("made-up");
  });
});

describe("plain http", () => {
  test.each([
    "http://api.example.com/v1",
    "http://8.8.8.8/v1",
    "http://[2606:4700::1111]/v1",
    "http://[::ffff:8.8.8.8]/v1",
    "http://134744072/",
    "http://local.example.com/",
    "http://localhost.example.com/",
    "http://evillocal.com/",
  ])("%s would show the key", (text) => {
    expect(checkBaseUrl(text)).toMatchObject({ error: expect.stringMatching(/Plain http/) });
  });
});

describe("base URLs that are good, and how they are kept", () => {
  test.each([
    ["https://api.example.com/v1/", "https://api.example.com/v1"],
    ["  HTTPS://API.Example.COM:443/v1//  ", "https://api.example.com/v1"],
    ["https://api.example.com", "https://api.example.com"],
    ["https://api.example.com./v1", "https://api.example.com/v1"],
    ["https://api.example.com/a/../v1", "https://api.example.com/v1"],
    ["https://faß.example/v1", "https://xn--fa-hia.example/v1"],
    ["https://8.8.8.8:8443/v1", "https://8.8.8.8:8443/v1"],
    ["http://localhost:11434/v1/", "http://localhost:11434/v1"],
    ["http://localhost.:11434", "http://localhost:11434"],
    ["http://models.localhost:80/", "http://models.localhost"],
    ["http://127.1:8080/v1", "http://127.0.0.1:8080/v1"],
    ["http://2130706433/v1", "http://127.0.0.1/v1"],
    ["http://0x7f.1/v1", "http://127.0.0.1/v1"],
    ["http://[::1]:11434/v1", "http://[::1]:11434/v1"],
    ["http://[0:0::0:1]/v1", "http://[::1]/v1"],
    ["http://10.0.0.5:8000/v1", "http://10.0.0.5:8000/v1"],
    ["http://172.31.255.255", "http://172.31.255.255"],
    ["http://192.168.1.20:1234/v1", "http://192.168.1.20:1234/v1"],
    ["http://100.64.0.1/v1", "http://100.64.0.1/v1"],
    ["http://[fd12:3456::1]/v1", "http://[fd12:3456::1]/v1"],
    ["http://nas:8000/v1", "http://nas:8000/v1"],
    ["http://box.local:8000/v1", "http://box.local:8000/v1"],
    ["http://box.lan/v1", "http://box.lan/v1"],
    ["http://host.docker.internal:11434/v1", "http://host.docker.internal:11434/v1"],
    ["http://box.home.arpa/v1", "http://box.home.arpa/v1"],
    ["https://box.local/v1", "https://box.local/v1"],
  ])("%j", (text, url) => {
    expect(checkBaseUrl(text)).toEqual({ url });
  });
});

describe("classifyAddress", () => {
  test.each([
    ["8.8.8.8", "public"],
    ["172.15.255.255", "public"],
    ["172.16.0.0", "private"],
    ["172.32.0.0", "public"],
    ["100.63.255.255", "public"],
    ["100.127.255.255", "private"],
    ["100.128.0.0", "public"],
    ["127.255.255.255", "loopback"],
    ["223.255.255.255", "public"],
    ["239.255.255.255", "multicast"],
    ["198.20.0.0", "public"],
    ["::1", "loopback"],
    ["[::1]", "loopback"],
    ["fe80::1%eth0", "link_local"],
    ["fec0::1", "reserved"],
    ["fbff::1", "reserved"],
    ["fdff::1", "private"],
    ["2606:4700:4700::1111", "public"],
    ["2001:4860:4860::8888", "public"],
    ["3fff:0fff::1", "reserved"],
    ["2002:808:808::1", "public"],
    ["::ffff:10.0.0.1", "private"],
    ["localhost", null],
    ["example.com", null],
    ["", null],
    ["::g", null],
    ["1.2.3.4/evil", null],
    ["1.2.3.4@evil.example", null],
  ])("%s is %s", (address, expected) => {
    expect(classifyAddress(address)).toBe(expected);
  });
});

describe("isLoopbackHost", () => {
  test.each(["127.0.0.1", "127.9.9.9", "localhost", "LOCALHOST", "::1", "[::1]", "::ffff:127.0.0.1"])(
    "%s",
    (host) => {
      expect(isLoopbackHost(host)).toBe(true);
    },
  );

  test.each(["0.0.0.0", "::", "", "192.168.1.5", "localhost.example.com", "box.local"])("not %j", (host) => {
    expect(isLoopbackHost(host)).toBe(false);
  });
});
