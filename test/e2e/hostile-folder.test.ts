/** Started in a folder full of traps, the program takes nothing from it. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { BINARY, cli, ensureBinary, startFreellm, temporaryFolder } from "../support/binary.ts";

beforeAll(ensureBinary);

/** A folder whose every file tries to leave a mark or to lead the program astray. */
function trapped(folder: string): { path: string; mark: string; stolen: string } {
  const path = join(folder, "trap");
  const mark = join(folder, "mark");
  const stolen = join(folder, "stolen");
  mkdirSync(path);
  writeFileSync(
    join(path, "evil.ts"),
    `require("node:fs").writeFileSync(${JSON.stringify(mark)}, "I ran");\n`,
  );
  writeFileSync(join(path, "bunfig.toml"), 'preload = ["./evil.ts"]\n[run]\npreload = ["./evil.ts"]\n');
  for (const name of [".env", ".env.local", ".env.production", ".env.development"]) {
    writeFileSync(
      join(path, name),
      `FREELLM_HOME=${stolen}\nFREELLM_PORT=1\nBUN_OPTIONS=--preload=./evil.ts\n`,
    );
  }
  writeFileSync(join(path, "package.json"), '{"name":"trap","type":"module","imports":{"#x":"./evil.ts"}}');
  writeFileSync(join(path, "tsconfig.json"), '{"compilerOptions":{"paths":{"hono":["./evil.ts"]}}}');
  writeFileSync(join(path, "config.toml"), "port = 1\n");
  return { path, mark, stolen };
}

it("neither bunfig.toml nor .env of the current folder is read", async () => {
  using folder = temporaryFolder();
  const { path, mark, stolen } = trapped(folder.path);
  const home = join(folder.path, "home");
  mkdirSync(home);
  // Without FREELLM_HOME in the environment, a .env that is read would win.
  const bare = { FREELLM_HOME: "" };
  for (const args of [["--version"], ["keys", "list", "--json"], ["token"]]) {
    const { code, stderr } = await cli(home, args, { cwd: path, env: bare });
    expect({ args, code, stderr }).toMatchObject({ code: 0 });
  }
  const freellm = await startFreellm({ home, cwd: path });
  await freellm.stop();
  expect(existsSync(mark)).toBe(false);
  expect(existsSync(stolen)).toBe(false);
  expect(readdirSync(path)).not.toContain("server.json");
});

it("the trap works: the runtime itself falls into it", async () => {
  using folder = temporaryFolder();
  const { path, mark } = trapped(folder.path);
  writeFileSync(join(path, "main.ts"), "console.log(process.env.FREELLM_PORT);\n");
  const child = Bun.spawn([process.execPath, "main.ts"], { cwd: path, env: { PATH: "" }, stdout: "pipe" });
  expect((await new Response(child.stdout).text()).trim()).toBe("1");
  expect(existsSync(mark)).toBe(true);
  expect(BINARY.startsWith(path)).toBe(false);
});
