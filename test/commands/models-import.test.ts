/** `models import`: signed catalogues through the real command line. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { model } from "../catalogue/support.ts";
import { cli, ensureBinary, startFreellm, temporaryFolder } from "../support/binary.ts";

beforeAll(ensureBinary);

const ROOT = join(import.meta.dirname, "../..");
const ID = "groq/openai/gpt-oss-120b";

function sign(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, "bin/sign-catalogue.ts"), ...args],
    {
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

let folder: ReturnType<typeof temporaryFolder>;
let home: string;
let publicKey: string;

beforeEach(() => {
  folder = temporaryFolder();
  home = folder.path;
  publicKey = sign("--new-key", join(home, "signer.pem")).trim();
});
afterEach(() => folder[Symbol.dispose]());

/** A catalogue of groq as a document. */
function written(issued: string, context: number, more: Record<string, unknown> = {}): string {
  const row = { id: "openai/gpt-oss-120b", source: "test", as_of: "2099-01-01", context, ...more };
  const added = {
    id: "brand-new",
    source: "test",
    as_of: "2099-01-01",
    status: "active",
    family: "brand-new",
  };
  const path = join(home, `catalogue-${issued}.json`);
  const providers = { groq: { models: [row, added] }, "not-here-yet": {} };
  writeFileSync(path, JSON.stringify({ schema: 1, issued: `${issued}T00:00:00Z`, providers }, null, 1));
  return path;
}

function signed(issued: string, context: number, more: Record<string, unknown> = {}): string {
  const path = written(issued, context, more);
  writeFileSync(`${path}.signed`, sign("--key", join(home, "signer.pem"), path));
  return `${path}.signed`;
}

const bring = (...args: string[]) => cli(home, ["models", "import", ...args]);

describe("models import", () => {
  it("shows, applies, keeps, and goes back", async () => {
    const before = (await model(home, ID))?.context;
    const first = signed("2099-01-01", 111_111);
    const seen = await bring(first, "--key", publicKey, "--dry-run");
    expect(seen.code).toBe(0);
    expect(seen.stdout).toContain(`signed by ${publicKey}: 2 changes`);
    expect(seen.stdout).toContain(`~ ${ID}  context: ${before} -> 111111`);
    expect(seen.stdout).toMatch(/\+ groq\/brand-new .*used/);
    expect(seen.stderr).toContain("not-here-yet");
    expect((await model(home, ID))?.context).toBe(before);

    expect((await bring(first, "--key", publicKey, "--yes")).code).toBe(0);
    expect((await model(home, ID))?.context).toBe(111_111);
    expect(await model(home, "groq/brand-new")).toMatchObject({ origin: "imported", enabled: true });

    // Whoever signed the one in force may sign the next.
    expect((await bring(signed("2099-02-01", 222_222), "--yes")).code).toBe(0);
    expect((await model(home, ID))?.context).toBe(222_222);
    const undone = await bring("--undo", "--json");
    expect(JSON.parse(undone.stdout)).toMatchObject({
      schema: 1,
      catalogues: [{ issued: "2099-01-01T00:00:00.000Z", signer: publicKey, applied: true }],
    });
    expect((await model(home, ID))?.context).toBe(111_111);
    expect((await bring("--undo")).stdout).toContain("No imported catalogue is in force.");
    expect((await model(home, ID))?.context).toBe(before);
    expect((await bring("--undo")).code).toBe(1);
  });

  it("does not go back to an older one, also after an undo", async () => {
    await bring(signed("2099-02-01", 222_222), "--key", publicKey, "--yes");
    const older = signed("2099-01-01", 111_111);
    const refused = await bring(older, "--yes");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("was issued 2099-01-01");
    await bring("--undo");
    expect((await bring(older, "--key", publicKey, "--yes")).code).toBe(1);
    expect((await bring(signed("2099-02-01", 222_222), "--key", publicKey, "--yes")).code).toBe(0);
  });

  it("takes nothing from whom nobody trusts, nothing unsigned, nothing that was changed", async () => {
    const path = signed("2099-01-01", 111_111);
    const untrusted = await bring(path, "--yes");
    expect(untrusted.code).toBe(1);
    expect(untrusted.stderr).toContain(`signed with ${publicKey}, which is not trusted`);
    expect((await bring(written("2099-01-01", 1), "--key", publicKey, "--yes")).stderr).toContain(
      "not signed",
    );
    writeFileSync(path, readFileSync(path, "utf8").replace("111111", "999999"));
    expect((await bring(path, "--key", publicKey, "--yes")).stderr).toContain("changed after it was signed");
    expect((await bring(path, "--key", "made-up", "--yes")).code).toBe(2);
    expect((await model(home, ID))?.context).not.toBe(999_999);
  });

  it("takes a signature that lies beside the document", async () => {
    const path = written("2099-01-01", 111_111);
    const signature = sign("--key", join(home, "signer.pem"), "--detached", path);
    writeFileSync(join(home, "elsewhere.txt"), signature);
    const named = ["--signature", join(home, "elsewhere.txt"), "--key", publicKey];
    expect((await bring(path, ...named, "--dry-run")).code).toBe(0);
    writeFileSync(`${path}.sig`, signature);
    expect((await bring(path, "--key", publicKey, "--yes")).code).toBe(0);
    expect((await model(home, ID))?.context).toBe(111_111);
  });

  it("says what is wrong with how it is called", async () => {
    for (const args of [
      [],
      ["x", "--undo"],
      [join(home, "missing.json"), "--yes"],
      ["http://127.0.0.1:9/c", "--yes"],
    ]) {
      expect((await bring(...args)).code, args.join(" ")).toBe(2);
    }
    expect((await bring("https://169.254.169.254/c", "--yes")).code).toBe(2);
    expect((await bring(written("2099-01-01", 1))).stderr).toContain("no terminal");
  });

  it("leaves the user's choices as they are", async () => {
    await cli(home, ["models", "disable", ID]);
    await bring(signed("2099-01-01", 111_111, { status: "active" }), "--key", publicKey, "--yes");
    expect(await model(home, ID)).toMatchObject({ enabled: false, override: false, context: 111_111 });
  });

  it("acts on a running server at once, and the same after a restart", async () => {
    const freellm = await startFreellm({ home });
    expect((await bring(signed("2099-01-01", 111_111), "--key", publicKey, "--yes")).code).toBe(0);
    expect((await model(home, ID))?.context).toBe(111_111);
    await freellm.kill9();
    const again = await startFreellm({ home });
    try {
      expect((await model(home, ID))?.context).toBe(111_111);
      expect(await model(home, "groq/brand-new")).toMatchObject({ origin: "imported" });
    } finally {
      await again.stop();
    }
  });
});

describe("a catalogue that would change where calls go", () => {
  it("is not even signed", () => {
    const path = join(home, "evil.json");
    const providers = { groq: { base_url: "https://evil.example" } };
    writeFileSync(path, JSON.stringify({ schema: 1, issued: "2099-01-01T00:00:00Z", providers }));
    expect(() => sign("--key", join(home, "signer.pem"), path)).toThrow(/base_url/);
  });
});
