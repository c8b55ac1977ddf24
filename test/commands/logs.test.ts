/** `serve --log-file` and `freellm logs`. */
import { spawn } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { openLogFile } from "../../src/commands/log-file.ts";
import { BINARY, cli, ensureBinary, startFreellm, temporaryFolder } from "../support/binary.ts";

beforeAll(ensureBinary);

describe("the log file", () => {
  it("is kept small: two older files, and never a line cut in two", () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "log", "x.log");
    const sink = openLogFile(path, 100);
    for (let number = 0; number < 50; number++) sink.write(`${String(number).padStart(29, "0")}\n`);
    const lines = [`${path}.2`, `${path}.1`, path].flatMap((name) =>
      readFileSync(name, "utf8").trimEnd().split("\n"),
    );
    expect(lines.map(Number)).toEqual([42, 43, 44, 45, 46, 47, 48, 49]);
    for (const name of [path, `${path}.1`, `${path}.2`]) expect(statSync(name).size).toBeLessThanOrEqual(100);
    expect(existsSync(`${path}.3`)).toBe(false);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder.path, "log")).mode & 0o777).toBe(0o700);
  });

  it("goes on where it was", () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "x.log");
    openLogFile(path).write("one\n");
    openLogFile(path).write("two\n");
    expect(readFileSync(path, "utf8")).toBe("one\ntwo\n");
  });

  it("is what a server writes instead of stderr", async () => {
    using folder = temporaryFolder();
    const server = await startFreellm({ home: folder.path, args: ["--log-file"] });
    await server.stop();
    const path = join(folder.path, "log/freellm.log");
    expect(readFileSync(path, "utf8")).toContain('"message":"stopping once');
    expect(server.stderr()).not.toContain("stopping once");
    const { code, stdout } = await cli(folder.path, ["logs"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^\d{4}-.*Z info {2}stopping once the running answers are through signal=SIGTERM$/m,
    );
  });
});

describe("logs", () => {
  const line = (message: string) => `${JSON.stringify({ time: "T", level: "warn", message, n: 1 })}\n`;

  it("shows the last lines, over the edge of two files", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "log", "freellm.log");
    mkdirSync(join(folder.path, "log"));
    writeFileSync(`${path}.1`, line("one") + line("two"));
    writeFileSync(path, line("three\u001b[2J"));
    const { stdout } = await cli(folder.path, ["logs", "--tail", "2"]);
    expect(stdout).toBe("T warn  two n=1\nT warn  three n=1\n");
    const json = JSON.parse((await cli(folder.path, ["logs", "--json", "-n", "1"])).stdout);
    expect(json).toEqual({
      schema: 1,
      lines: [{ time: "T", level: "warn", message: "three\u001b[2J", n: 1 }],
    });
  });

  it("says where a log comes from when there is none", async () => {
    using folder = temporaryFolder();
    const { code, stderr } = await cli(folder.path, ["logs"]);
    expect(code).toBe(1);
    expect(stderr).toContain("freellm serve --log-file");
    expect(await cli(folder.path, ["logs", "--tail", "x"])).toMatchObject({ code: 2 });
  });

  it("follows, also when the file is set aside", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "x.log");
    writeFileSync(path, line("one"));
    const child = spawn(BINARY, ["logs", "--follow", "--file", path], {
      env: { PATH: process.env.PATH ?? "", HOME: folder.path, FREELLM_HOME: folder.path },
    });
    let seen = "";
    const arrived: { text: string; resolve: () => void }[] = [];
    child.stdout.on("data", (bytes) => {
      seen += bytes;
      for (const { text, resolve } of arrived) if (seen.includes(text)) resolve();
    });
    const until = (text: string) =>
      new Promise<void>((resolve) => {
        arrived.push({ text, resolve });
        if (seen.includes(text)) resolve();
      });
    await until("one");
    appendFileSync(path, line("two"));
    await until("two");
    appendFileSync(path, line("three"));
    renameSync(path, `${path}.1`);
    writeFileSync(path, line("four"));
    await until("four");
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGINT");
    expect(await gone).toBe(0);
    expect(seen).toBe("T warn  one n=1\nT warn  two n=1\nT warn  three n=1\nT warn  four n=1\n");
  });
});
