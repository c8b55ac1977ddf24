/** Tokens for single clients: made, shown once, revoked; with and without a server. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cli, ensureBinary, type Freellm, startFreellm, temporaryFolder } from "../support/binary.ts";

beforeAll(ensureBinary);

describe("tokens for single clients", () => {
  const folder = temporaryFolder();
  const home = folder.path;
  let freellm: Freellm;

  beforeAll(async () => {
    freellm = await startFreellm({ home });
  });
  afterAll(async () => {
    await freellm.stop();
    folder[Symbol.dispose]();
  });

  const status = async (token: string) =>
    (await fetch(`${freellm.baseUrl}/models`, { headers: { authorization: `Bearer ${token}` } })).status;

  it("work beside the unified one and are revoked alone, at once", async () => {
    const laptop = (await cli(home, ["token", "add", "laptop"])).stdout.trim();
    const phone = (await cli(home, ["token", "add", "phone"])).stdout.trim();
    expect(laptop).toMatch(/^freellmapi-[0-9a-f]{48}$/);
    expect(new Set([laptop, phone, freellm.token]).size).toBe(3);
    expect(await Promise.all([laptop, phone, freellm.token].map(status))).toEqual([200, 200, 200]);
    const list = JSON.parse((await cli(home, ["token", "list", "--json"])).stdout);
    expect(list).toEqual({ schema: 1, tokens: [{ name: "laptop" }, { name: "phone" }] });
    expect((await cli(home, ["token", "revoke", "laptop"])).code).toBe(0);
    expect(await Promise.all([laptop, phone, freellm.token].map(status))).toEqual([401, 200, 200]);
  });

  it("stay when the unified token is replaced, and over a restart", async () => {
    const editor = (await cli(home, ["token", "add", "editor"])).stdout.trim();
    await cli(home, ["token", "rotate"]);
    await freellm.stop();
    freellm = await startFreellm({ home });
    expect(await status(editor)).toBe(200);
  });

  it("are refused with a reason where the name is taken, wrong or unknown", async () => {
    await cli(home, ["token", "add", "twice"]);
    const twice = await cli(home, ["token", "add", "twice"]);
    expect(twice).toMatchObject({ code: 1 });
    expect(twice.stderr).toContain("There is a token twice already.");
    expect(await cli(home, ["token", "add", "no spaces"])).toMatchObject({ code: 2 });
    const unknown = await cli(home, ["token", "revoke", "nobody"]);
    expect(unknown).toMatchObject({ code: 1 });
    expect(unknown.stderr).toContain("freellm token list");
  });
});
