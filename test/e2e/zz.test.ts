/** Twenty keys go in; not one of them is found anywhere again, in whatever spelling. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { addCustomKey, cli } from "../support/binary.ts";
import { openStage, type Stage } from "../support/stage.ts";
import type { Step } from "../support/steps.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";

const CANARIES = Array.from(
  { length: 20 },
  (_, index) => `sk-canary-${String(index).padStart(2, "0")}-Xq7Vb2Lm9Zt4Rw8Kc3Pd6Hs1Jf5Ng0Ya`,
);

/** An upstream that betrays the key in its error, as some do. */
const betray: Step = (exchange) => {
  const { key } = exchange.call;
  const body = { error: { message: `Incorrect API key provided: ${key}.`, code: "invalid_api_key" } };
  exchange.reply(401, { "content-type": "application/json", "x-key": key }, JSON.stringify(body));
};

let stage: Stage;
let upstream: Upstream;
const spoken: Record<string, string> = {};

beforeAll(async () => {
  stage = await openStage({ env: { FREELLM_MAX_WAIT_MS: "0" } });
  upstream = await startUpstream({
    models: ["canary"],
    otherwise: betray,
  });
  for (const [index, key] of CANARIES.entries()) {
    await addCustomKey(stage.home, {
      name: `canary-${index}`,
      baseUrl: `${upstream.baseUrl.replace("/v1", "")}/${index}/v1`,
      key,
      models: ["canary"],
    });
  }
  await provoke();
}, 60_000);
afterAll(async () => {
  await stage.close();
  await upstream.stop();
});

/** Makes the program talk: errors, lists, tests, state. */
async function provoke(): Promise<void> {
  const headers = { authorization: `Bearer ${stage.freellm.token}`, "content-type": "application/json" };
  for (const body of [
    { model: "canary", messages: [{ role: "user", content: "Hello" }] },
    { model: "canary", messages: [{ role: "user", content: "Hello" }], stream: true },
    { model: "no-such-model", messages: [{ role: "user", content: "Hello" }] },
  ]) {
    const reply = await fetch(`${stage.freellm.baseUrl}/chat/completions`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    spoken[`answer to ${JSON.stringify(body)}`] =
      `${JSON.stringify([...reply.headers])}${await reply.text()}`;
  }
  for (const args of [
    ["keys", "list"],
    ["keys", "list", "--json"],
    ["keys", "test", "--json"],
    ["models", "list", "--json"],
    ["status"],
    ["status", "--json"],
    ["keys", "rm", "no-such-key", "--json"],
  ]) {
    const { stdout, stderr } = await cli(stage.home, args);
    spoken[args.join(" ")] = stdout + stderr;
  }
  spoken.log = stage.freellm.stdout() + stage.freellm.stderr();
}

function filesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return filesIn(path);
    return statSync(path).isFile() ? [path] : [];
  });
}

/** The key as it is, in hex, and in base64 at each of the three places where it can begin. */
function spellings(key: string): string[] {
  const bytes = Buffer.from(key);
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .slice(shift === 0 ? 0 : 4, -4),
  );
  return [key, key.slice(10, -4), bytes.toString("hex"), bytes.toString("hex").toUpperCase(), ...base64];
}

function searched(): Map<string, Buffer> {
  const texts = new Map(Object.entries(spoken).map(([name, text]) => [name, Buffer.from(text)]));
  for (const path of filesIn(stage.home)) texts.set(path, readFileSync(path));
  return texts;
}

it("the keys are in use: each reached the upstream", () => {
  const used = new Set([...upstream.calls, ...upstream.otherCalls].map(({ key }) => key));
  expect([...used].sort()).toEqual([...CANARIES].sort());
});

it("no key is found in the data directory, the log, lists, state or errors", () => {
  const found: string[] = [];
  for (const [name, bytes] of searched()) {
    for (const key of CANARIES) {
      for (const spelling of spellings(key))
        if (bytes.includes(spelling)) { const i = bytes.indexOf(spelling); console.log(name, JSON.stringify(bytes.subarray(Math.max(0,i-600), i+200).toString("latin1"))); found.push(name);}
    }
  }
  expect(found).toEqual([]);
});

it("the search can find: what is no secret is there", () => {
  const everything = [...searched().values()];
  for (const word of ["canary-7", "canary-19"]) {
    expect(everything.some((bytes) => bytes.includes(word))).toBe(true);
  }
  expect(Object.keys(spoken).length).toBeGreaterThan(8);
  expect(
    spellings("abcdefghijklmnopqrstuvwxyz").some((spelling) =>
      btoa("..abcdefghijklmnopqrstuvwxyz!").includes(spelling),
    ),
  ).toBe(true);
});
