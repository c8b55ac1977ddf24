/**
 * Makes the npm packages in `dist/packages`: the launcher, and the program for this platform. Run by bun, after the build.
 * The launcher's manifest names the platform package; the one in the source tree does not, as a lockfile that names
 * unpublished packages breaks `npm ci`.
 */
import { spawnSync } from "node:child_process";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import manifest from "../package.json";

const root = join(import.meta.dirname, "..");
const packages = join(root, "dist", "packages");
const executable = process.platform === "win32" ? "freellm.exe" : "freellm";

const { name, version, description, license, engines } = manifest;
const platformName = `${name}-${process.platform}-${process.arch}${isMusl() ? "-musl" : ""}`;

await rm(packages, { recursive: true, force: true });
await writePackage(
  {
    name,
    version,
    description,
    license,
    engines,
    bin: manifest.bin,
    optionalDependencies: { [platformName]: version },
  },
  { "README.md": "README.md", LICENSE: "LICENSE", "bin/freellm": "bin/freellm" },
);
await writePackage(
  {
    name: platformName,
    version,
    description: `The freellm program for ${process.platform}-${process.arch}`,
    license,
    os: [process.platform],
    cpu: [process.arch],
    ...(process.platform === "linux" ? { libc: [isMusl() ? "musl" : "glibc"] } : {}),
  },
  { LICENSE: "LICENSE", [`bin/${executable}`]: `dist/${executable}` },
);

/** `files` maps a path in the package to one in the source tree. Leaves `<name>-<version>.tgz` in `dist/packages`. */
async function writePackage(
  content: Record<string, unknown> & { name: string },
  files: Record<string, string>,
): Promise<void> {
  const folder = join(packages, content.name);
  await mkdir(join(folder, "bin"), { recursive: true });
  await writeFile(join(folder, "package.json"), `${JSON.stringify(content, null, 2)}\n`);
  for (const [path, source] of Object.entries(files)) await cp(join(root, source), join(folder, path));
  const { status } = spawnSync("npm", ["pack", "--silent", "--pack-destination", packages], {
    cwd: folder,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error(`npm pack failed in ${folder}`);
}

/** Programs that are linked against glibc say so in the report of the process. */
function isMusl(): boolean {
  if (process.platform !== "linux") return false;
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime === undefined;
}
