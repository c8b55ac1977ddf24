import { afterEach, describe, expect, test } from "vitest";
import { FailureError } from "../../src/core/chat/failure.ts";
import { createOutbound } from "../../src/core/net/outbound.ts";
import type { OutboundResponse } from "../../src/core/ports.ts";
import { classifyError } from "../../src/providers/classify/transport.ts";
import { fixedClock, type Listener, listenHttp, resolverOf, type ScriptedResolver } from "./scripted.ts";

const listeners: Listener[] = [];

afterEach(() => {
  for (const listener of listeners.splice(0)) listener.close();
});

async function server(host?: string): Promise<Listener> {
  const listener = await listenHttp(host);
  listeners.push(listener);
  return listener;
}

const KEY = "made-up-key-0123456789";

function caller(resolver: ScriptedResolver, trusted: string[] = []) {
  const clock = fixedClock();
  const outbound = createOutbound({ clock, resolver, trusted });
  const get = (url: string, signal = new AbortController().signal): Promise<OutboundResponse> =>
    outbound.send({ url, method: "GET", headers: { authorization: `Bearer ${KEY}` }, signal });
  return { clock, get };
}

/** What the user is told of a call that is not sent. */
async function refusalOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof FailureError)) throw new Error(`not refused: ${String(error)}`);
  expect(error.failure).toMatchObject({ kind: "config", scope: "key", unsent: true });
  expect(classifyError({ name: "Example" }, error), "the provider is not blamed").toBe(error.failure);
  expect(error.message).not.toContain(KEY);
  return error.message;
}

describe("addresses as they are written", () => {
  test.each([
    "http://169.254.169.254",
    "http://169.254.169.254.",
    "https://2852039166",
    "https://0xa9fea9fe",
    "https://0251.0376.0251.0376",
    "https://[::ffff:169.254.169.254]",
    "https://[64:ff9b::a9fe:a9fe]",
    "https://[fe80::1]",
    "https://[fd00:ec2::254]",
    "https://100.100.100.200",
    "http://0.0.0.0:80",
    "http://[::]",
    "https://224.0.0.1",
    "https://255.255.255.255",
    "https://metadata.google.internal",
    "https://METADATA.google.internal.",
    "http://8.8.8.8",
    "http://134744072",
    "http://api.example.com",
    "https://user@api.example.com",
    "https://api.example.com\\@evil.example",
    "https://api.example.com?x=1",
    "https://api.example.com#x",
    "https://api.exam\nple.com",
    "https://",
  ])("%j is refused without a look-up", async (origin) => {
    const resolver = resolverOf({});
    const message = await refusalOf(caller(resolver).get(`${origin}/v1/models`));
    expect(message).toMatch(/base URL/);
    expect(resolver.asked).toEqual([]);
  });

  test("addresses, localhost and the built-in providers' hosts are not looked up", async () => {
    const { port } = await server();
    const resolver = resolverOf({});
    const { get } = caller(resolver, [`https://LOCALHOST.test.example:${port}/v1`]);
    for (const host of ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0x7f.1"]) {
      expect(await (await get(`http://${host}:${port}/v1`)).text(100), host).toMatch(/^GET \/v1 /);
    }
    // Its connection fails, here without a network; what counts is that nobody was asked before.
    await get(`https://localhost.test.example:${port}/v1`).catch(() => {});
    expect(resolver.asked).toEqual([]);
  });
});

describe("names", () => {
  test.each([
    ["169.254.169.254", "metadata"],
    ["169.254.7.7", "link-local"],
    ["fe80::1", "link-local"],
    ["fe80::1%eth0", "link-local"],
    ["::ffff:169.254.169.254", "metadata"],
    ["64:ff9b::a9fe:a9fe", "metadata"],
    ["fd00:ec2::254", "metadata"],
    ["0.0.0.0", "unspecified"],
    ["::", "unspecified"],
    ["224.0.0.1", "multicast"],
    ["192.0.2.1", "reserved"],
    ["not an address", "not an address"],
  ])("that lead to %s are refused, also beside a good address", async (address, what) => {
    for (const answer of [[address], ["127.0.0.1", address]]) {
      const { port, connections } = await server();
      const { get } = caller(resolverOf({ "api.test.example": [answer] }));
      const message = await refusalOf(get(`https://api.test.example:${port}/v1`));
      expect(message).toBe(
        `api.test.example leads where freellm never calls (${what}). Correct the base URL of this key, or remove the key.`,
      );
      expect(connections()).toBe(0);
    }
  });

  test("without any address are refused; those that do not exist are an outage", async () => {
    const { get } = caller(resolverOf({ "api.test.example": [[]] }));
    expect(await refusalOf(get("https://api.test.example/v1"))).toMatch(/^api\.test\.example has no address/);
    const error = await get("https://gone.test.example/v1").catch((reason: unknown) => reason);
    expect(classifyError({ name: "Example" }, error)).toMatchObject({
      kind: "transport",
      rule: "generic/unreachable",
    });
  });

  test("of the local network may not lead out of it over plain http", async () => {
    const { get } = caller(resolverOf({ "box.lan": [["8.8.8.8"]] }));
    expect(await refusalOf(get("http://box.lan/v1"))).toMatch(/^box\.lan is not on the local network/);
  });

  test("that stand for this machine may not lead to another", async () => {
    const { get } = caller(resolverOf({ "models.localhost": [["10.0.0.7"]] }));
    expect(await refusalOf(get("http://models.localhost/v1"))).toMatch(
      /^models\.localhost leads where freellm never calls \(private\)/,
    );
  });

  test("are called at the checked address, under their own name", async () => {
    const { port } = await server();
    const { get } = caller(resolverOf({ "box.lan": [["127.0.0.1"]] }));
    for (const host of ["box.lan", "box.lan."]) {
      const reply = await get(`http://${host}:${port}/v1/models?x=1`);
      expect(await reply.text(100)).toBe(`GET /v1/models?x=1 box.lan:${port}`);
    }
  });

  test("are called over IPv6, too", async () => {
    const { port } = await server("::1");
    const { get } = caller(resolverOf({ "box.lan": [["::1"]] }));
    expect(await (await get(`http://box.lan:${port}/v1`)).text(100)).toBe(`GET /v1 box.lan:${port}`);
  });

  test("with several addresses are called at the first that answers", async () => {
    const { port, connections } = await server();
    const { get } = caller(resolverOf({ "box.lan": [["127.0.0.2", "::1", "127.0.0.1"]] }));
    expect((await get(`http://box.lan:${port}/v1`)).status).toBe(200);
    expect(connections()).toBe(1);
    const { get: nowhere } = caller(resolverOf({ "box.lan": [["127.0.0.2", "127.0.0.3"]] }));
    const error = await nowhere(`http://box.lan:${port}/v1`).catch((reason: unknown) => reason);
    expect(classifyError({ name: "Example" }, error)).toMatchObject({ kind: "transport" });
  });
});

describe("addresses that stand in requests", () => {
  const publicOnly = { method: "GET", headers: {}, publicOnly: true } as const;
  const { signal } = new AbortController();

  test("are called on the public internet alone, names included", async () => {
    const { port, connections } = await server();
    const resolver = resolverOf({
      "images.test.example": [["127.0.0.1"]],
      "cats.test.example": [["8.8.8.8", "10.0.0.7"]],
    });
    const outbound = createOutbound({ clock: fixedClock(), resolver });
    for (const host of ["127.0.0.1", "localhost", "10.0.0.7", "box.lan", "[::1]", "169.254.169.254"]) {
      const message = await refusalOf(
        outbound.send({ ...publicOnly, url: `http://${host}:${port}/`, signal }),
      );
      expect(message).toMatch(/is not on the public internet/);
    }
    expect(resolver.asked).toEqual([]);
    for (const host of ["images.test.example", "cats.test.example"]) {
      const message = await refusalOf(
        outbound.send({ ...publicOnly, url: `http://${host}:${port}/`, signal }),
      );
      expect(message).toMatch(/is not on the public internet \((?:loopback|private)\)/);
    }
    expect(connections()).toBe(0);
  });

  test("are judged on their own, whatever endpoints were called before", async () => {
    const { port, close } = await server();
    close();
    const outbound = createOutbound({
      clock: fixedClock(),
      resolver: resolverOf({ "api.test.example": [["127.0.0.1"]] }),
    });
    const url = `https://api.test.example:${port}/`;
    await expect(outbound.send({ url, method: "GET", headers: {}, signal })).rejects.toThrow();
    await refusalOf(outbound.send({ ...publicOnly, url, signal }));
  });
});

describe("a resolver that changes its mind", () => {
  test("within a minute is not asked again", async () => {
    const { port } = await server();
    const resolver = resolverOf({ "box.lan": [["127.0.0.1"], ["127.0.0.2"], ["169.254.169.254"]] });
    const { clock, get } = caller(resolver);
    for (const at of [0, 1, 59_999]) {
      clock.at = 1_000 + at;
      expect((await get(`http://box.lan:${port}/v1`)).status).toBe(200);
    }
    expect(resolver.asked).toEqual(["box.lan"]);
  });

  test("after that is judged again, and what it says then is not called", async () => {
    const { port, connections } = await server();
    const resolver = resolverOf({ "box.lan": [["127.0.0.1"], ["169.254.169.254"], ["127.0.0.1"]] });
    const { clock, get } = caller(resolver);
    await (await get(`http://box.lan:${port}/v1`)).text(100);
    clock.at += 60_000;
    expect(await refusalOf(get(`http://box.lan:${port}/v1`))).toMatch(
      /^box\.lan leads where freellm never calls \(metadata\)/,
    );
    expect(connections()).toBe(1);
    expect((await get(`http://box.lan:${port}/v1`)).status, "a refusal is not remembered").toBe(200);
  });

  test("is asked once by calls that come together", async () => {
    const { port } = await server();
    const resolver = resolverOf({ "box.lan": [["127.0.0.1"], ["169.254.169.254"]] });
    const { get } = caller(resolver);
    const replies = await Promise.all([1, 2, 3].map(() => get(`http://box.lan:${port}/v1`)));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(resolver.asked).toEqual(["box.lan"]);
  });

  test("a call that is given up does not wait for it", async () => {
    const asked = Promise.withResolvers<void>();
    const resolver = {
      asked: [],
      addresses: () => {
        asked.resolve();
        return new Promise<string[]>(() => {});
      },
    };
    const { get } = caller(resolver);
    const controller = new AbortController();
    const reply = get("https://api.test.example/v1", controller.signal);
    reply.catch(() => {});
    await asked.promise;
    controller.abort();
    await expect(reply).rejects.toMatchObject({ name: "AbortError" });
    await expect(get("https://api.test.example/v1", AbortSignal.abort("gone"))).rejects.toBe("gone");
  });
});

describe("connections", () => {
  test("stay open for the next call, unless the call wants one of its own", async () => {
    const { port, connections } = await server();
    const outbound = createOutbound({
      clock: fixedClock(),
      resolver: resolverOf({ "box.lan": [["127.0.0.1"]] }),
    });
    const { signal } = new AbortController();
    const get = async (host: string, freshConnection: boolean): Promise<void> => {
      const url = `http://${host}:${port}/v1`;
      await (await outbound.send({ url, method: "GET", headers: {}, signal, freshConnection })).text(100);
    };
    for (const host of ["127.0.0.1", "box.lan"]) {
      const before = connections();
      for (let call = 0; call < 3; call++) await get(host, false);
      const kept = connections();
      expect(kept - before).toBeLessThanOrEqual(1);
      for (let call = 0; call < 3; call++) await get(host, true);
      expect(connections() - kept).toBe(3);
    }
  });
});
