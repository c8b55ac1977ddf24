/** `freellm config`: what holds and why, a file to begin with, and what is wrong with it. */
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { cli, ensureBinary, temporaryFolder } from "../support/binary.ts";
import { onTerminal } from "./terminal.ts";

beforeAll(ensureBinary);

type Row = { name: string; value: unknown; source: string; where: string | null; hidden: boolean };

describe("config show", () => {
  it("says the origin of each value: variable, file, default", async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "config.toml"), 'port = 4000\nmax_attempts = 3\nstrategy = "fast"\n');
    const env = { FREELLM_PORT: "5000", FREELLM_LOG_LEVEL: "" };
    const { code, stdout } = await cli(folder.path, ["config", "show", "--json"], { env });
    expect(code).toBe(0);
    const { schema, settings } = JSON.parse(stdout) as { schema: number; settings: Row[] };
    expect(schema).toBe(1);
    const found = Object.fromEntries(settings.map((row) => [row.name, row]));
    expect(found.port).toMatchObject({ value: 5000, source: "environment", where: "FREELLM_PORT" });
    expect(found.max_attempts).toMatchObject({ value: 3, source: "file" });
    expect(found.log_level).toMatchObject({ value: "info", source: "default", where: null });
    const changed = await cli(folder.path, ["config", "show", "--changed"], { env });
    expect(changed.stdout.split("\n").filter(Boolean)).toHaveLength(4);
  });

  it("is what `config` alone does", async () => {
    using folder = temporaryFolder();
    const alone = await cli(folder.path, ["config"]);
    expect(alone).toEqual(await cli(folder.path, ["config", "show"]));
    expect(alone.stdout).toMatch(/^port +3001 +default$/m);
  });

  it("never shows what may hold a password", async () => {
    using folder = temporaryFolder();
    const env = { FREELLM_PROXY: "http://user:made-up-password@127.0.0.1:9" };
    for (const args of [["config"], ["config", "show", "--json"]]) {
      const { code, stdout, stderr } = await cli(folder.path, args, { env });
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).not.toContain("made-up-password");
      expect(stdout).toContain("FREELLM_PROXY");
    }
  });
});

describe("config edit", () => {
  it("writes a file of comments alone where there is none, for its owner only", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "config.toml");
    const { code, stdout } = await cli(folder.path, ["config", "edit"]);
    expect(code).toBe(0);
    expect(stdout).toContain(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, "utf8")).toContain("# port = 3001");
    expect(await cli(folder.path, ["config", "validate"])).toMatchObject({ code: 0 });
    const changed = await cli(folder.path, ["config", "show", "--changed"]);
    expect(changed.stdout).toContain("at their defaults");
  });

  it("leaves a file alone that is there, and checks it after the editor", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "config.toml");
    writeFileSync(path, "# mine\n");
    const editor = join(folder.path, "editor.sh");
    writeFileSync(editor, '#!/bin/sh\necho "$1" > "$2.option"\necho "port = 99999" >> "$2"\n');
    chmodSync(editor, 0o755);
    const session = onTerminal(folder.path, ["config", "edit"], { EDITOR: `${editor} --wait` });
    await session.see(`${path}:2: port in config.toml is 99999`);
    expect(await session.exited).toBe(1);
    expect(readFileSync(path, "utf8")).toBe("# mine\nport = 99999\n");
    expect(readFileSync(`${path}.option`, "utf8")).toBe("--wait\n");
  });

  it("says so when the editor fails", async () => {
    using folder = temporaryFolder();
    const session = onTerminal(folder.path, ["config", "edit"], { EDITOR: "/nowhere/editor" });
    await session.see("/nowhere/editor could not be started");
    expect(await session.exited).toBe(1);
  });
});

describe("config validate", () => {
  it("names line and remedy of everything that is wrong", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "config.toml");
    writeFileSync(path, '# comment\nprot = 1\n\nmax_attempts = "many"\n[aliases]\ngpt = 5\n');
    const { code, stdout, stderr } = await cli(folder.path, ["config", "validate"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`${path}:2: config.toml has an unknown setting, prot.`);
    expect(stderr).toContain("hint: The closest known setting is port.");
    expect(stderr).toContain(`${path}:4: max_attempts in config.toml is "many"`);
    expect(stderr).toContain(`${path}:5: aliases in config.toml`);
    const json = await cli(folder.path, ["config", "validate", "--json"]);
    expect(JSON.parse(json.stdout).problems.map(({ line }: { line: number }) => line)).toEqual([2, 4, 5]);
  });

  it("names the line of what is not TOML, and a variable that is wrong", async () => {
    using folder = temporaryFolder();
    const draft = join(folder.path, "draft.toml");
    writeFileSync(draft, "port = 1\nhost = \n");
    const file = await cli(folder.path, ["config", "validate", draft]);
    expect(file.code).toBe(1);
    expect(file.stderr).toContain(`${draft}:2: config.toml is not valid TOML`);
    const variable = await cli(folder.path, ["config", "validate"], { env: { FREELLM_PORT: "x" } });
    expect(variable.code).toBe(1);
    expect(variable.stderr).toContain('error: FREELLM_PORT is "x"');
    const proxy = await cli(folder.path, ["config", "validate"], { env: { FREELLM_PROXY: "http://" } });
    expect(proxy.code).toBe(1);
  });

  it("refuses a file that is not there", async () => {
    using folder = temporaryFolder();
    expect(await cli(folder.path, ["config", "validate", "none.toml"])).toMatchObject({ code: 2 });
  });
});

describe("config path and schema", () => {
  it("print what others build on, and make nothing", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "config.toml");
    expect(await cli(folder.path, ["config", "path"])).toMatchObject({ code: 0, stdout: `${path}\n` });
    const schema = await cli(folder.path, ["config", "schema"]);
    expect(JSON.parse(schema.stdout).properties.port.default).toBe(3001);
    expect(existsSync(path)).toBe(false);
  });
});
