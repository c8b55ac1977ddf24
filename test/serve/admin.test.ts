/** The admin API over a real socket: its own token, the state, the events since, and commands. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HELLO, openStage, type Stage } from "../support/stage.ts";

let stage: Stage;
let adminToken: string;

beforeAll(async () => {
  stage = await openStage();
  adminToken = readFileSync(join(stage.home, "admin-token"), "utf8").trim();
  await stage.endpoints("watched", [null]);
}, 60_000);
afterAll(() => stage.close());

function admin(path: string, init: RequestInit = {}, token = adminToken): Promise<Response> {
  const origin = stage.freellm.baseUrl.replace(/\/v1$/, "");
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return fetch(`${origin}/admin${path}`, { headers, ...init });
}

const command = (body: unknown) => admin("/commands", { method: "POST", body: JSON.stringify(body) });

/** Reads server-sent events until `enough` of them came. */
async function eventsOf(response: Response, enough: (types: string[]) => boolean): Promise<string[]> {
  const types: string[] = [];
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    types.splice(0, types.length, ...[...text.matchAll(/^event: (.+)$/gm)].map((match) => match[1] ?? ""));
    if (enough(types)) break;
  }
  return types;
}

describe("a wrong method", () => {
  it.each([
    ["DELETE", "/models/watched", "GET"],
    ["GET", "/chat/completions", "POST"],
  ])("%s %s is answered with 405 and what is allowed", async (method, path, allowed) => {
    const headers = { authorization: `Bearer ${stage.freellm.token}` };
    const response = await fetch(`${stage.freellm.baseUrl}${path}`, { method, headers });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe(allowed);
    expect(await response.json()).toMatchObject({ error: { type: "invalid_request_error" } });
  });
});

describe("the admin API", () => {
  it("takes the admin token and no other", async () => {
    expect((await admin("/state", {}, stage.freellm.token)).status).toBe(403);
    expect((await admin("/state", {}, "freellm-admin-wrong")).status).toBe(401);
    expect((await admin("/state")).status).toBe(200);
  });

  it("gives the state, with no more of a key than its last four characters", async () => {
    const text = await (await admin("/state")).text();
    expect(JSON.parse(text)).toMatchObject({
      schema: 1,
      keys: [{ id: "watched-1-1", provider: "watched-1", last4: "ed-1", order: 1 }],
    });
    expect(text).not.toContain("sk-made-up-watched");
  });

  it("tells what happens from a sequence number on", async () => {
    const { seq } = (await (await admin("/state")).json()) as { seq: number };
    await stage.client.chat.completions.create({ model: "watched", messages: HELLO });
    const response = await admin(`/events?after=${seq}`);
    const types = await eventsOf(response, (seen) => seen.includes("request-finished"));
    expect(types).toEqual(["call-reserved", "call-succeeded", "call-settled", "request-finished"]);
  });

  it("tells what happens while somebody listens", async () => {
    const response = await admin("/events");
    const seen = eventsOf(response, (types) => types.includes("request-finished"));
    await stage.client.chat.completions.create({ model: "watched", messages: HELLO });
    expect(await seen).toContain("call-settled");
  });

  it("answers at once who follows a server where nothing happens", async () => {
    const quiet = await openStage();
    const token = readFileSync(join(quiet.home, "admin-token"), "utf8").trim();
    const started = performance.now();
    const response = await fetch(`${quiet.freellm.url}/admin/events`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(200);
    // The heartbeat comes after ten seconds.
    expect(performance.now() - started).toBeLessThan(5_000);
    await response.body?.cancel();
    await quiet.close();
  });

  it("does not hold up a shutdown", async () => {
    const other = await openStage();
    const token = readFileSync(join(other.home, "admin-token"), "utf8").trim();
    const headers = { authorization: `Bearer ${token}` };
    const followed = await fetch(`${other.freellm.url}/admin/events`, { headers });
    const ended = followed.text();
    const started = performance.now();
    expect(await other.freellm.stop()).toBe(0);
    expect(performance.now() - started).toBeLessThan(5_000);
    await ended;
    await other.close();
  });

  it("answers 410 to whoever asks for events that are gone or have not happened", async () => {
    expect((await admin("/events?after=999999")).status).toBe(410);
    expect((await admin("/events?after=-5000")).status).toBe(410);
    expect((await admin("/events?after=nonsense")).status).toBe(410);
  });

  it("names what is wrong with a command", async () => {
    const wrong = await command({ type: "key-add", provider: "groq", secret: 7 });
    expect(wrong.status).toBe(400);
    expect(await wrong.json()).toMatchObject({
      schema: 1,
      error: { code: "invalid_command", message: expect.stringContaining("secret") },
    });
    expect((await command({ type: "format-disk" })).status).toBe(400);
    const unknown = await command({ type: "key-remove", id: "groq-99" });
    expect(unknown.status).toBe(409);
    expect(await unknown.json()).toMatchObject({ error: { code: "unknown_key", hint: expect.any(String) } });
  });

  it("sums up the past", async () => {
    await stage.client.chat.completions.create({ model: "watched", messages: HELLO });
    const view = await (await admin("/analytics?range=1h")).json();
    expect(view).toMatchObject({
      ...{ schema: 1, range: "1h", slotMs: 300_000 },
      keys: [{ name: "watched-1-1", failed: 0, p50Ms: expect.any(Number) }],
    });
    const wrong = await admin("/analytics?range=2h");
    expect(wrong.status).toBe(400);
    expect(await wrong.json()).toMatchObject({ error: { message: expect.stringContaining("24h") } });
  });

  it("takes another order of the models", async () => {
    const reply = await command({ type: "models-reorder", models: ["watched-1/watched"] });
    const { models } = (await reply.json()) as { models: { id: string; order: number }[] };
    expect(models[0]).toMatchObject({ id: "watched-1/watched", order: 1 });
    expect(models.length).toBeGreaterThan(1);
    const unknown = await command({ type: "models-reorder", models: ["nobody/nothing"] });
    expect(unknown.status).toBe(409);
    expect(await unknown.json()).toMatchObject({ error: { code: "unknown_model" } });
  });

  it("acts at once: a disabled key is not called again, an enabled one is", async () => {
    const ask = () => stage.client.chat.completions.create({ model: "watched", messages: HELLO });
    await command({ type: "key-disable", id: "watched-1-1" });
    await expect(ask()).rejects.toMatchObject({ status: 503 });
    await command({ type: "key-enable", id: "watched-1-1" });
    expect((await ask()).choices[0]?.message.content).toBeTruthy();
  });
});
