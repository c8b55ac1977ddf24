import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeAtomically } from "../../src/core/store/atomic.ts";
import { openBunDatabase } from "../../src/core/store/driver-bun.ts";
import { prepareHome, resolveHome } from "../../src/core/store/home.ts";
import { random } from "./ports.ts";
import { temporaryDirectory } from "./temporary.ts";

const mode = (path: string) => statSync(path).mode & 0o777;

describe("the home", () => {
  it("lies where the platform keeps data, its key file where the platform keeps configuration", () => {
    const user = { userDirectory: "/u" };
    const linux = resolveHome({ environment: {}, platform: "linux", ...user });
    expect([linux.database, linux.keyFile]).toEqual([
      "/u/.local/share/freellm/data/freellm.db",
      "/u/.config/freellm/vault.key",
    ]);
    const environment = { XDG_DATA_HOME: "/data", XDG_CONFIG_HOME: "not/absolute" };
    const xdg = resolveHome({ environment, platform: "linux", ...user });
    expect([xdg.root, xdg.keyFile]).toEqual(["/data/freellm", "/u/.config/freellm/vault.key"]);
    const mac = resolveHome({ environment: {}, platform: "darwin", ...user });
    expect([mac.root, mac.keyFile]).toEqual([
      "/u/Library/Application Support/freellm",
      "/u/Library/Preferences/freellm/vault.key",
    ]);
  });

  it("is moved as a whole by FREELLM_HOME", () => {
    const home = resolveHome({ environment: { FREELLM_HOME: "/f" }, platform: "linux", userDirectory: "/u" });
    expect(home.keyFile).toBe("/f/secret/vault.key");
    expect(home.database).toBe("/f/data/freellm.db");
    expect(Object.values(home).every((path: string) => path.startsWith("/f"))).toBe(true);
  });

  it("is made private, tightens what was open, and refuses links inside", () => {
    const root = join(temporaryDirectory(), "home");
    const home = resolveHome({ environment: { FREELLM_HOME: root }, platform: "linux", userDirectory: "/" });
    mkdirSync(home.data, { recursive: true });
    chmodSync(home.data, 0o777);
    writeFileSync(home.adminToken, "x");
    chmodSync(home.adminToken, 0o666);
    prepareHome(home);
    for (const directory of [home.root, home.data, home.lock, dirname(home.keyFile)]) {
      expect([directory, mode(directory)]).toEqual([directory, 0o700]);
    }
    expect(mode(home.adminToken)).toBe(0o600);

    symlinkSync(root, `${root}-link`);
    prepareHome(
      resolveHome({ environment: { FREELLM_HOME: `${root}-link` }, platform: "linux", userDirectory: "/" }),
    );
    symlinkSync("/etc/passwd", home.server);
    expect(() => prepareHome(home)).toThrow(expect.objectContaining({ code: "unsafe_file" }));
    symlinkSync("/etc/passwd", home.database);
    expect(() => openBunDatabase(home.database)).toThrow(expect.objectContaining({ code: "unsafe_file" }));
  });
});

describe("writing atomically", () => {
  it("replaces the content and the mode, and follows no link", () => {
    const directory = temporaryDirectory();
    const path = join(directory, "file");
    const target = join(directory, "target");
    writeFileSync(target, "untouched");
    symlinkSync(target, path);
    writeAtomically(path, "new \u{1f600}", random);
    expect(readFileSync(path, "utf8")).toBe("new \u{1f600}");
    expect(mode(path)).toBe(0o600);
    expect(readFileSync(target, "utf8")).toBe("untouched");
  });

  it("leaves the old file and nothing else when it cannot write", () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, "taken", "inside"), { recursive: true });
    expect(() => writeAtomically(join(directory, "taken"), "x", random)).toThrow();
    expect(statSync(join(directory, "taken")).isDirectory()).toBe(true);
    expect(readdirSync(directory)).toEqual(["taken"]);
  });
});
