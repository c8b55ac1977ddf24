import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { startChild } from "../store/child.ts";
import { random } from "../store/ports.ts";
import { temporaryDirectory } from "../store/temporary.ts";

/** How a secret could lie in a file: raw, UTF-16, hex, and base64 at its three alignments without the edges. */
function traces(secret: string): Buffer[] {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString("hex");
  const base64 = [0, 1, 2].map((skipped) => bytes.subarray(skipped).toString("base64").slice(0, 24));
  const texts = [secret, hex, hex.toUpperCase(), ...base64];
  return [...texts.map((text) => Buffer.from(text)), Buffer.from(secret, "utf16le")];
}

it("lets nobody find one of 20 keys on the disk, or read a file, under the most open umask", async () => {
  const root = temporaryDirectory();
  const secrets = Array.from(
    { length: 20 },
    () => `gsk_madeup${Buffer.from(random.bytes(20)).toString("hex")}`,
  );
  const child = startChild(new URL("./children/canaries.ts", import.meta.url), [root, ...secrets]);
  await child.line("stored");
  // With the database still open there is its journal to be searched too.
  await child.kill();
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  expect(files.length).toBeGreaterThanOrEqual(5);
  expect(files.some((file) => file.endsWith("-wal"))).toBe(true);
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    expect([path, statSync(path).mode & 0o777]).toEqual([path, entry.isFile() ? 0o600 : 0o700]);
  }
  const disk = Buffer.concat(files.map((file) => readFileSync(file)));
  // The search itself works: labels are not secret.
  expect(disk.includes("canary")).toBe(true);
  for (const secret of secrets) {
    for (const trace of traces(secret)) expect(disk.includes(trace)).toBe(false);
  }
});
