/** `freellm service`: what each platform is told, by golden files, and what is run for it. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Service, type ServiceOptions, serviceFor } from "../../src/commands/service/definition.ts";
import { cli, ensureBinary, temporaryFolder } from "../support/binary.ts";

beforeAll(ensureBinary);

const PLAIN: ServiceOptions = {
  platform: "linux",
  program: ["/usr/local/bin/freellm"],
  userDirectory: "/home/me",
  configDirectory: undefined,
  places: [],
  uid: 501,
};
/** Everything that has a meaning somewhere. */
const ODD: ServiceOptions = {
  ...PLAIN,
  program: ["/opt/my tools/bun", '/srv/100% "free" & <$HOME>/main.ts'],
  places: [["FREELLM_HOME", "/data/a b\\c%d"]],
};

function golden(name: string, { path, text, install, uninstall, status }: Service): void {
  const commands = [...install, ["--"], ...uninstall, ["--"], status].map((words) => words.join(" "));
  const whole = `${path}\n\n${text.replaceAll("\r\n", "\n")}\n${commands.join("\n")}\n`;
  const file = join(import.meta.dirname, "golden", `${name}.txt`);
  if (process.env.UPDATE_GOLDEN === "1") writeFileSync(file, whole);
  expect(whole).toBe(readFileSync(file, "utf8"));
}

describe("what the platform is told", () => {
  it("systemd", () => golden("service-systemd", serviceFor(PLAIN)));
  it("systemd, with odd paths", () => golden("service-systemd-odd", serviceFor(ODD)));
  it("launchd", () =>
    golden("service-launchd", serviceFor({ ...ODD, platform: "darwin", userDirectory: "/Users/me" })));
  it("Windows", () =>
    golden(
      "service-windows",
      serviceFor({
        ...PLAIN,
        platform: "win32",
        program: ["C:\\Program Files\\freellm\\freellm.exe"],
        userDirectory: "C:\\Users\\me",
        places: [["FREELLM_HOME", "D:\\a & b"]],
      }),
    ));

  it.skipIf(spawnSync("systemd-analyze", ["--version"]).status !== 0)(
    "systemd reads it without a complaint",
    () => {
      using folder = temporaryFolder();
      // The program must be there to be verified.
      const unit = serviceFor({ ...ODD, program: ["/bin/true", "100% $HOME"] });
      const file = join(folder.path, "freellm.service");
      writeFileSync(file, unit.text);
      const { status, stderr } = spawnSync("systemd-analyze", ["verify", "--user", file], {
        encoding: "utf8",
        env: { ...process.env, XDG_RUNTIME_DIR: folder.path },
      });
      const about = stderr.split("\n").filter((line) => line.includes("freellm.service"));
      expect({ about, crashed: status === null }).toEqual({ about: [], crashed: false });
    },
  );
});

describe.skipIf(process.platform !== "linux")("what is run", () => {
  /** A systemctl that notes how it was called, and ends with what `SYSTEMCTL_STATUS` says. */
  function fakeSystemctl(folder: string): Record<string, string> {
    const bin = join(folder, "bin");
    mkdirSync(bin);
    const program =
      '#!/bin/sh\necho "$@" >> "$0.calls"\necho "Failed to connect" >&2\nexit $SYSTEMCTL_STATUS\n';
    writeFileSync(join(bin, "systemctl"), program);
    chmodSync(join(bin, "systemctl"), 0o755);
    return { PATH: `${bin}:${process.env.PATH ?? ""}`, SYSTEMCTL_STATUS: "0" };
  }
  const calls = (folder: string) => readFileSync(join(folder, "bin/systemctl.calls"), "utf8").split("\n");
  const unit = (folder: string) => join(folder, ".config/systemd/user/freellm.service");

  it("a dry run shows all and does nothing", async () => {
    using folder = temporaryFolder();
    const env = fakeSystemctl(folder.path);
    const { code, stdout } = await cli(folder.path, ["service", "install", "--dry-run"], { env });
    expect(code).toBe(0);
    expect(stdout).toContain(`# ${unit(folder.path)}`);
    expect(stdout).toContain("serve --log-file");
    expect(stdout).toContain(`Environment="FREELLM_HOME=${folder.path}"`);
    expect(stdout).toContain("$ systemctl --user enable freellm.service");
    expect(existsSync(unit(folder.path))).toBe(false);
    expect(existsSync(join(folder.path, "bin/systemctl.calls"))).toBe(false);
  });

  it("is installed, asked about, and taken away", async () => {
    using folder = temporaryFolder();
    const env = { ...fakeSystemctl(folder.path), FREELLM_PORT: "4000" };
    const missing = await cli(folder.path, ["service", "status"], { env });
    expect(missing).toMatchObject({ code: 3 });
    const installed = await cli(folder.path, ["service", "install"], { env });
    expect(installed.code).toBe(0);
    expect(installed.stderr).toContain("does not see FREELLM_PORT");
    expect(calls(folder.path).slice(0, 3)).toEqual([
      "--user daemon-reload",
      "--user enable freellm.service",
      "--user restart freellm.service",
    ]);
    const status = await cli(folder.path, ["service", "status", "--json"], { env });
    expect(status.code).toBe(0);
    expect(JSON.parse(status.stdout).services).toEqual([
      { platform: "linux", file: unit(folder.path), installed: true, running: true },
    ]);
    const stopped = await cli(folder.path, ["service", "status"], { env: { ...env, SYSTEMCTL_STATUS: "3" } });
    expect(stopped).toMatchObject({ code: 3 });
    expect(stopped.stdout).toContain("does not run");
    expect(await cli(folder.path, ["service", "uninstall"], { env })).toMatchObject({ code: 0 });
    expect(existsSync(unit(folder.path))).toBe(false);
    expect((await cli(folder.path, ["service", "uninstall"], { env })).stdout).toContain("not installed");
  });

  it("a failure says what failed and why", async () => {
    using folder = temporaryFolder();
    const env = { ...fakeSystemctl(folder.path), SYSTEMCTL_STATUS: "1" };
    const { code, stderr } = await cli(folder.path, ["service", "install"], { env });
    expect(code).toBe(1);
    expect(stderr).toContain("systemctl --user daemon-reload failed: Failed to connect.");
  });

  it("is refused where nobody could open the vault, with the way to a key file", async () => {
    using folder = temporaryFolder();
    const env = { ...fakeSystemctl(folder.path), FREELLM_ENCRYPTION_KEY: "ab".repeat(32) };
    await cli(folder.path, ["keys", "add", "groq"], { stdin: "gsk_made-up\n", env });
    const { code, stderr } = await cli(folder.path, ["service", "install"], { env });
    expect(code).toBe(1);
    expect(stderr).toContain("FREELLM_ENCRYPTION_KEY, which a service does not see");
    expect(stderr).toContain("FREELLM_OPENER=key-file freellm restore");
    expect(existsSync(unit(folder.path))).toBe(false);
  });
});
