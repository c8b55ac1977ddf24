/** The npm packages, installed into an empty folder, and the launcher in them. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureBinary, temporaryFolder } from "../support/binary.ts";

const ROOT = join(import.meta.dirname, "../..");
const PACKAGES = join(ROOT, "dist/packages");
const { name, version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
/** Packing and unpacking a program of a hundred megabytes. */
const PATIENCE_MS = 120_000;

const folder = temporaryFolder();
const installed = join(folder.path, "installed");
const launcher = join(installed, "node_modules", name, "bin", "freellm");
let platformPackage = "";

function npm(args: readonly string[], cwd: string) {
  const home = join(folder.path, "home");
  mkdirSync(home, { recursive: true });
  const env = { PATH: process.env.PATH, HOME: home, FREELLM_HOME: join(home, "data") };
  return spawnSync("npm", args, { cwd, env, encoding: "utf8" });
}

beforeAll(async () => {
  await ensureBinary();
  const packed = spawnSync(process.execPath, [join(ROOT, "bin/pack.ts")], { encoding: "utf8" });
  if (packed.status !== 0) throw new Error(`packing failed:\n${packed.stdout}${packed.stderr}`);
  platformPackage =
    readdirSync(PACKAGES).find((entry) => /^freellm-[a-z]+-[a-z0-9]+(-musl)?$/.test(entry)) ?? "";
  mkdirSync(installed);
  const tarballs = readdirSync(PACKAGES).filter((entry) => entry.endsWith(".tgz"));
  const paths = tarballs.map((entry) => join(PACKAGES, entry));
  const result = npm(["install", ...paths, "--offline", "--no-audit", "--no-fund"], installed);
  if (result.status !== 0) throw new Error(`the installation failed:\n${result.stderr}`);
}, PATIENCE_MS);

afterAll(() => folder[Symbol.dispose]());

/** By Node, as npm's own link in node_modules/.bin does it. */
function launch(args: readonly string[], env: Record<string, string> = {}) {
  return spawn("node", [launcher, ...args], {
    cwd: installed,
    env: { PATH: process.env.PATH, HOME: folder.path, FREELLM_HOME: join(folder.path, "data"), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function outcome(child: ReturnType<typeof launch>) {
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (bytes) => {
    stdout += bytes;
  });
  child.stderr.on("data", (bytes) => {
    stderr += bytes;
  });
  const [code, signal] = await once(child, "close");
  return { code, signal, stdout, stderr };
}

describe("the packed manifests", () => {
  it("name the platform package exactly, and nothing else to install", () => {
    const manifest = JSON.parse(readFileSync(join(PACKAGES, name, "package.json"), "utf8"));
    expect(manifest).toMatchObject({
      name,
      version,
      bin: { freellm: "bin/freellm" },
      optionalDependencies: { [platformPackage]: version },
    });
    for (const field of ["dependencies", "devDependencies", "scripts", "private"]) {
      expect(manifest).not.toHaveProperty(field);
    }
  });

  it("bind the program to its platform", () => {
    const manifest = JSON.parse(readFileSync(join(PACKAGES, platformPackage, "package.json"), "utf8"));
    expect(manifest).toMatchObject({ version, os: [process.platform], cpu: [process.arch] });
  });

  it("of the source tree names no platform package", () => {
    const lock = readFileSync(join(ROOT, "package-lock.json"), "utf8");
    expect(lock).not.toContain(`node_modules/${platformPackage}`);
  });
});

describe("installed from the packages", () => {
  it("npx starts the program", () => {
    const result = npm(["exec", "--offline", "--", "freellm", "--version"], installed);
    expect({ status: result.status, stdout: result.stdout }).toEqual({ status: 0, stdout: `${version}\n` });
  });

  it("exit codes pass", async () => {
    expect(await outcome(launch(["keys", "bogus"]))).toMatchObject({ code: 2, signal: null });
    expect(await outcome(launch(["status"]))).toMatchObject({ code: 3, signal: null });
  });

  it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("%s reaches the program", async (signal) => {
    const child = launch(["serve", "--port", "0"]);
    const ended = outcome(child);
    const announcement = join(folder.path, "data/server.json");
    while (!existsSync(announcement) && child.exitCode === null) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    child.kill(signal);
    expect(await ended).toMatchObject({ code: 0, signal: null });
    expect(existsSync(announcement)).toBe(false);
  });

  it("a program that a signal killed passes it on", async () => {
    const child = launch(["serve", "--port", "0"]);
    const ended = outcome(child);
    const announcement = join(folder.path, "data/server.json");
    while (!existsSync(announcement)) await new Promise((resolve) => setTimeout(resolve, 10));
    process.kill(JSON.parse(readFileSync(announcement, "utf8")).pid, "SIGKILL");
    expect(await ended).toMatchObject({ code: null, signal: "SIGKILL" });
    rmSync(announcement);
  });

  it("explains itself where the platform package is missing", async () => {
    const alone = join(folder.path, "alone/node_modules", name);
    mkdirSync(join(alone, "bin"), { recursive: true });
    for (const path of ["package.json", "bin/freellm"]) {
      writeFileSync(join(alone, path), readFileSync(join(installed, "node_modules", name, path)));
    }
    const child = spawn("node", [join(alone, "bin/freellm"), "--version"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const { code, stdout, stderr } = await outcome(child);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^freellm: error: There is no freellm program for /);
    expect(stderr).toMatch(new RegExp(`^freellm: hint: .*${platformPackage}`, "m"));
  });
});
