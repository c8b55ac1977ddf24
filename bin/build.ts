/**
 * Makes `dist/freellm`: one executable with everything in it. Run by bun; `--target bun-darwin-arm64` (or another name
 * that Bun knows) builds for that platform, into `dist/freellm-darwin-arm64`.
 */
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  catalogueAsData,
  coloursGiven,
  commandLineAlone,
  widthsByRuntime,
  withoutDebugger,
  wordsAside,
} from "./plugins.ts";

const root = join(import.meta.dirname, "..");

const { values } = parseArgs({ options: { target: { type: "string" } } });
const target = values.target as Bun.Build.CompileTarget | undefined;
const outfile = join(root, "dist", target === undefined ? "freellm" : target.replace(/^bun-/, "freellm-"));

// Built beside and renamed over: whoever starts the program meanwhile gets a whole one, and one that runs is left alone.
const unfinished = join(root, "dist", `.freellm-${process.pid}`);
const result = await Bun.build({
  // Threads begin in files of their own; the tokenizer's is the only one.
  entrypoints: [join(root, "src/commands/main.ts"), join(root, "src/core/serve/tokenizer/worker.ts")],
  // The file that a thread begins with lies beside the parts that start it, as its address says.
  naming: { entry: "[name].[ext]" },
  target: "bun",
  format: "esm",
  // Commands load their parts when they run; split and as bytecode these cost nothing until then.
  splitting: true,
  bytecode: true,
  minify: true,
  define: { "process.env.NODE_ENV": '"production"', "process.env.DEV": '"false"' },
  plugins: [catalogueAsData, coloursGiven, commandLineAlone, widthsByRuntime, withoutDebugger, wordsAside],
  compile: {
    outfile: unfinished,
    ...(target === undefined ? {} : { target }),
    // Whoever starts freellm in a foreign folder must not run what lies there.
    autoloadBunfig: false,
    autoloadDotenv: false,
    autoloadTsconfig: false,
    autoloadPackageJson: false,
  },
});
for (const log of result.logs) console.error(log);
await rename(process.platform === "win32" ? `${unfinished}.exe` : unfinished, outfile);
