/** What goes wrong with a key, a model or a provider, as each part of the program tells it: one line says what to do. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addCustomKey, cli } from "../support/binary.ts";
import { HELLO, openStage, type Stage } from "../support/stage.ts";
import { reply } from "../support/steps.ts";
import { type KeyHost, startKeyHost } from "./key-host.ts";

const GOOD = "sk-made-up-good-1111";

let stage: Stage;
let host: KeyHost;
beforeAll(async () => {
  stage = await openStage({ env: { FREELLM_MAX_WAIT_MS: "0" } });
  host = await startKeyHost(GOOD);
}, 60_000);
afterAll(async () => {
  await stage.close();
  await host.stop();
});

const ask = (model: string) => stage.client.chat.completions.create({ model, messages: HELLO });

async function refusal(model: string): Promise<string> {
  try {
    await ask(model);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error("it was answered");
}

const status = async (): Promise<string> => {
  const { stdout, stderr } = await cli(stage.home, ["status"]);
  return stdout + stderr;
};

async function addTo(name: string, key: string, path = name): Promise<void> {
  const baseUrl = `${host.baseUrl.replace("/v1", "")}/${path}/v1`;
  await addCustomKey(stage.home, { name, baseUrl, key, models: ["m"] });
}

describe("a key that its provider refuses", () => {
  it("is named with the command that replaces it: by the proxy, the list, the status and the test", async () => {
    await addTo("typo", "sk-made-up-typo-2222");
    expect(await refusal("typo/m")).toContain("Replace the refused key: freellm keys rotate typo-1");
    await expect
      .poll(async () => (await cli(stage.home, ["keys", "list"])).stdout, { timeout: 10_000 })
      .toMatch(/^\d+\s+typo-1\s.*invalid\s+HTTP 401/m);
    expect(await refusal("typo/m")).toContain(
      "The key typo-1 was refused by its provider. Replace it: freellm keys rotate typo-1",
    );
    expect(await status()).toMatch(/warning: typo-1: typo refuses the key .*freellm keys rotate typo-1/);
    const test = await cli(stage.home, ["keys", "test", "typo-1"]);
    expect(test.code).toBe(1);
    expect(test.stderr).toMatch(/note: typo-1: Mistyped, revoked or expired\..*freellm keys rotate typo-1/);
  });
});

describe("a key that was removed", () => {
  it("is missed with the command that adds one", async () => {
    const args = ["keys", "add", "groq", "--base-url", host.baseUrl];
    await cli(stage.home, args, { stdin: `${GOOD}\n` });
    expect((await ask("groq/openai/gpt-oss-120b")).choices).toHaveLength(1);
    await cli(stage.home, ["keys", "rm", "groq-1"]);
    const message = await refusal("groq/openai/gpt-oss-120b");
    expect(message).toContain('No usable key for model "groq/openai/gpt-oss-120b"');
    expect(message).toContain("freellm keys add");
    const { code, stderr } = await cli(stage.home, ["keys", "test", "groq-1"]);
    expect(code).toBe(1);
    expect(stderr).toContain('There is no key "groq-1".');
    expect(stderr).toContain("freellm keys list");
  });

  it("is told apart from one that is disabled", async () => {
    await addTo("idle", GOOD);
    await cli(stage.home, ["keys", "disable", "idle-1"]);
    expect(await refusal("idle/m")).toContain(
      "The key is disabled. Use it again: freellm keys enable idle-1",
    );
  });
});

describe("a model that is gone", () => {
  it("is not blamed on the key", async () => {
    const gone = reply(404, { error: { message: "The model does not exist", code: "model_not_found" } });
    await stage.endpoints("gone", [gone]);
    expect(await refusal("gone")).toContain("Choose another model, or auto: freellm models list");
    expect(await refusal("gone"), "while it rests").toMatch(
      /Not tried again so soon: gone-1\/gone \(gone-1-1\): the model is gone\. Choose another model/,
    );
    expect((await cli(stage.home, ["keys", "list"])).stdout).toMatch(
      /gone-1-1\s.*the model is gone, for \d+ min/,
    );
    expect(await status()).toMatch(/warning: gone-1\/gone: .*gone; .*freellm models disable gone-1\/gone/);
  });

  it("that the user switched off is told apart", async () => {
    await addTo("quiet", GOOD);
    await cli(stage.home, ["models", "disable", "quiet/m"]);
    expect(await refusal("quiet/m")).toContain(
      "The model is switched off. Switch it on: freellm models enable quiet/m",
    );
  });
});

describe("a provider that is down", () => {
  it("is waited for: no key is blamed", async () => {
    await addTo("down", GOOD);
    host.broken = 503;
    try {
      expect(await refusal("down/m")).toContain("The provider seems to be down; the key is not to blame.");
      const test = await cli(stage.home, ["keys", "test", "down-1"]);
      expect(test.code).toBe(0);
      expect(test.stderr).toContain("down-1: down is down or cannot be reached; the key stays in use.");
      const added = await cli(stage.home, ["keys", "add", "groq", "--test", "--base-url", host.baseUrl], {
        stdin: "sk-made-up-another\n",
      });
      expect(added.code).toBe(0);
      expect(added.stderr).toContain("It could not be tested: HTTP 503");
    } finally {
      host.broken = null;
    }
    const keys = JSON.parse((await cli(stage.home, ["keys", "list", "--json"])).stdout).keys;
    expect(keys.find(({ id }: { id: string }) => id === "down-1").state).not.toBe("invalid");
  });
});
