/** `serve --ephemeral`: keys out of the environment, in memory only. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, it } from "vitest";
import { providers } from "../../src/providers/index.ts";
import { BINARY, cli, ensureBinary, temporaryFolder } from "../support/binary.ts";
import { clientOf, HELLO } from "../support/stage.ts";
import { type KeyHost, startKeyHost } from "./key-host.ts";

const SECRET = "sk-made-up-home-4711";

let host: KeyHost;
beforeAll(async () => {
  await ensureBinary();
  host = await startKeyHost(SECRET);
});
afterAll(() => host.stop());

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" });
}

it("uses the keys of the environment, names them by their last four characters, and leaves no file", async () => {
  using folder = temporaryFolder();
  const places = ["home", "user", "cwd", "tmp"].map((name) => join(folder.path, name));
  for (const place of places) mkdirSync(place);
  const [home = "", user = "", cwd = "", tmp = ""] = places;
  const child = spawn(BINARY, ["serve", "--port", "0", "--ephemeral"], {
    cwd,
    env: {
      ...{ PATH: process.env.PATH ?? "", HOME: user, TMPDIR: tmp, FREELLM_HOME: home, NO_COLOR: "1" },
      GROQ_API_KEY: `gsk_${"a".repeat(44)}1111`,
      CLOUDFLARE_API_TOKEN: `cfut_${"t".repeat(44)}2222`,
      CLOUDFLARE_ACCOUNT_ID: "0123456789abcdef0123456789abcdef",
      MISTRAL_API_KEY: "two words",
      GITHUB_TOKEN: `ghp_${"g".repeat(36)}`,
      SOME_OTHER_KEY: `gsk_${"o".repeat(44)}9999`,
      CUSTOM_1_NAME: "house",
      CUSTOM_1_BASE_URL: host.baseUrl,
      CUSTOM_1_KEY: SECRET,
      CUSTOM_1_MODELS: "m",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stdout.on("data", (bytes) => {
    said += bytes;
  });
  child.stderr.on("data", (bytes) => {
    said += bytes;
  });
  const exited = once(child, "exit");
  try {
    let token = "";
    for await (const line of createInterface({ input: child.stdout })) {
      token = /OPENAI_API_KEY=(\S+)/.exec(line)?.[1] ?? "";
      if (token !== "") break;
    }
    const url = /is ready at (\S+)/.exec(said)?.[1] ?? "";
    const client = clientOf({ baseUrl: `${url}/v1`, token });
    const { choices } = await client.chat.completions.create({ model: "house/m", messages: HELLO });
    expect(choices[0]?.message.content).toBe("ok");
    expect(host.calls.at(-1)).toBe(`POST /v1/chat/completions ${SECRET}`);
    expect(said).toContain("GROQ_API_KEY (...1111) is used as groq-1, in memory only.");
    expect(said).toContain("CLOUDFLARE_API_TOKEN (...2222) is used as cloudflare-1");
    expect(said).toContain("CUSTOM_1_BASE_URL (...4711) is used as house-1");
    expect(said).toMatch(/^ {2}kept +nothing: /m);
    expect(said).not.toContain("FREELLM_ENCRYPTION_KEY");
    expect(said).toMatch(/MISTRAL_API_KEY .*is not used: This is not a key/);
    expect(said).not.toContain("9999");
    expect(said).not.toContain("GITHUB");
    for (const part of ["aaaa", "tttt", "gggg", SECRET]) expect(said).not.toContain(part);
    const offered = providers.all().flatMap(({ id }) => (["groq", "cloudflare"].includes(id) ? [id] : []));
    const [, admin = ""] = /FREELLM_ADMIN_TOKEN=(\S+)/.exec(said) ?? [];
    const env = { FREELLM_ADMIN_TOKEN: admin };
    const list = await cli(user, ["keys", "list", "--json", "--url", url], { env });
    expect(JSON.parse(list.stdout).keys.map(({ id }: { id: string }) => id)).toEqual([
      ...offered.map((id) => `${id}-1`),
      "house-1",
    ]);
    for (const place of places) expect(filesIn(place)).toEqual([]);
  } finally {
    child.kill("SIGTERM");
    await exited;
  }
  for (const place of places) expect(filesIn(place)).toEqual([]);
});
