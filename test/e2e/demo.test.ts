/** `serve --demo --tour`: no key, no network, no trace, and an answer that survived a failover. */
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { cli, ensureBinary, temporaryFolder } from "../support/binary.ts";

beforeAll(ensureBinary);

it("shows one streamed answer and its trail, ends with 0 in a pipe, and leaves nothing behind", async () => {
  using folder = temporaryFolder();
  const home = join(folder.path, "home");
  const temporary = join(folder.path, "tmp");
  const cwd = join(folder.path, "cwd");
  for (const path of [home, temporary, cwd]) mkdirSync(path);
  const { code, stdout, stderr } = await cli(home, ["serve", "--demo", "--tour", "--port", "0"], {
    cwd,
    env: { TMPDIR: temporary },
  });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toContain("simulated provider");
  expect(stdout).toMatch(/demo-groq\/openai\/gpt-oss-120b/);
  expect(stdout).toContain("demo-openrouter");
  // The first call to each of its keys fails, always in the same way.
  expect(stdout).toContain("demo-groq/openai/gpt-oss-120b with demo-groq-1: over its per-minute limit");
  expect(stdout).toMatch(/http:\/\/127\.0\.0\.1:\d+\/v1/);
  for (const path of [home, cwd, temporary]) expect(readdirSync(path)).toEqual([]);
});
