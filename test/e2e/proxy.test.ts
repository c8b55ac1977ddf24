/** The compiled program behind a proxy: what the setting says is carried by it, and nothing goes past it. */
import { afterEach, describe, expect, it } from "vitest";
import { connectProxy, type ProxyServer, socksProxy } from "../net/proxy-servers.ts";
import {
  addCustomKey,
  ensureBinary,
  type Freellm,
  startFreellm,
  temporaryFolder,
} from "../support/binary.ts";
import { clientOf, HELLO } from "../support/stage.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** An endpoint on another machine, which only the proxy leads to: it connects to this one. */
async function behind(proxy: string): Promise<{ freellm: Freellm; upstream: Upstream; home: string }> {
  await ensureBinary();
  const folder = temporaryFolder();
  cleanups.push(() => folder[Symbol.dispose]());
  const upstream = await startUpstream();
  cleanups.push(() => upstream.stop());
  const env = { FREELLM_PROXY: proxy, HTTP_PROXY: "http://127.0.0.1:1", FREELLM_FIRST_CONTENT_MS: "5000" };
  const freellm = await startFreellm({ home: folder.path, env });
  cleanups.push(() => freellm.stop());
  const baseUrl = `http://10.1.2.3:${upstream.port}/v1`;
  await addCustomKey(folder.path, { name: "far", baseUrl, key: "sk-made-up-far-0123456789" });
  return { freellm, upstream, home: folder.path };
}

async function started(starting: Promise<ProxyServer>): Promise<ProxyServer> {
  const proxy = await starting;
  cleanups.push(() => proxy.close());
  return proxy;
}

function ask({ baseUrl, token }: Freellm): Promise<Response> {
  return fetch(`${baseUrl}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "test-model", messages: HELLO }),
  });
}

describe.each(["http", "socks5"])("a proxy by %s", (kind) => {
  it("carries whole answers and streams", async () => {
    const proxy = await started(kind === "http" ? connectProxy() : socksProxy({ login: "me:made-up word" }));
    const { freellm, upstream } = await behind(`${kind}://me:made-up%20word@127.0.0.1:${proxy.port}`);
    const client = clientOf(freellm);
    const whole = await client.chat.completions.create({ model: "test-model", messages: HELLO });
    expect(whole.choices[0]?.message.content).toBeTruthy();
    const stream = await client.chat.completions.create({
      model: "test-model",
      messages: HELLO,
      stream: true,
    });
    let text = "";
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    expect(text).toBe(whole.choices[0]?.message.content);
    expect(upstream.calls.length).toBe(2);
    expect(proxy.logins).toContain("me:made-up word");
    expect(new Set(proxy.targets)).toEqual(new Set([`10.1.2.3:${upstream.port}`]));
    expect(freellm.stderr()).not.toMatch(/experimental|made-up/i);
  });

  it("that is down is named, and nothing goes past it", async () => {
    const proxy = await started(kind === "http" ? connectProxy() : socksProxy());
    proxy.close();
    const { freellm, upstream } = await behind(`${kind}://me:made-up-word@127.0.0.1:${proxy.port}`);
    const reply = await ask(freellm);
    expect(reply.status).toBe(502);
    const body = await reply.text();
    expect(body).toContain(`The proxy ${kind}://127.0.0.1:${proxy.port} could not be reached`);
    expect(body + freellm.stdout() + freellm.stderr()).not.toContain("made-up-word");
    expect([...upstream.calls, ...upstream.otherCalls]).toEqual([]);
  });
});

it("a call that is not sent tells why, and what to do", async () => {
  const { freellm, upstream } = await behind("http://me:made-up-word@proxy.example:3128");
  const body = await (await ask(freellm)).text();
  expect(body).toContain("Plain http to 10.1.2.3 would show the key to the proxy http://proxy.example:3128.");
  expect(body).toContain("Use https:// in the base URL of this key, or the proxy `direct` for it.");
  expect(body).not.toContain("made-up");
  expect(upstream.calls).toEqual([]);
});

it("a proxy that is none stops the start, without being repeated", async () => {
  await ensureBinary();
  using folder = temporaryFolder();
  for (const proxy of ["ftp://me:made-up-word@proxy.example", "http://me:made-up-word@proxy.example/path"]) {
    const starting = startFreellm({ home: folder.path, env: { FREELLM_PROXY: proxy } });
    const error: unknown = await starting.catch((reason: unknown) => reason);
    expect(String(error)).toMatch(/proxy/i);
    expect(String(error)).not.toContain("made-up-word");
  }
});
