/** What the bundler does otherwise than it would by itself, so that the program is small and starts fast. */
import { deepStrictEqual } from "node:assert";
import type { BunPlugin } from "bun";

/** The terminal library asks for its debugger when a variable of the environment says so; it has no place in a release. */
export const withoutDebugger: BunPlugin = {
  name: "without-debugger",
  setup(build) {
    build.onResolve({ filter: /^react-devtools-core$/ }, ({ path }) => ({ path, namespace: "stub" }));
    build.onLoad({ filter: /.*/, namespace: "stub" }, () => ({
      contents: "export default { initialize() {}, connectToDevTools() {} };",
      loader: "js",
    }));
  },
};

/**
 * The built-in providers as the data that their files amount to: reading JSON takes a tenth of the time that it takes to
 * run forty files of tables at every start.
 */
export const catalogueAsData: BunPlugin = {
  name: "catalogue-as-data",
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/]providers[\\/]catalogue\.ts$/ }, async ({ path }) => {
      const providers: Record<string, unknown> = { ...(await import(path)) };
      const json = JSON.stringify(providers);
      deepStrictEqual(JSON.parse(json), providers, "A provider holds something that JSON cannot say.");
      // With one byte a character it is half as large in the program and in memory.
      const narrow = json.replace(
        /[^\0-\x7f]/g,
        (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
      );
      const names = Object.keys(providers);
      const lines = [
        `const providers = JSON.parse(${JSON.stringify(narrow)});`,
        ...names.map((name) => `export const ${name} = providers.${name};`),
      ];
      return { contents: lines.join("\n"), loader: "js" };
    });
  },
};

/**
 * The library of the command line loads all that Node has to start programs and to show values, for a call that is never made
 * (no command of ours is a program of its own) and a function that takes colours out of text, which the runtime has, too.
 */
export const commandLineAlone: BunPlugin = {
  name: "command-line-alone",
  setup(build) {
    build.onLoad({ filter: /[\\/]commander[\\/]lib[\\/](command|help)\.js$/ }, async ({ path }) => {
      const source = await Bun.file(path).text();
      const contents = source
        .replace("import childProcess from 'node:child_process';", "const childProcess = {};")
        .replace(
          "import { stripVTControlCharacters } from 'node:util';",
          "const stripVTControlCharacters = Bun.stripANSI;",
        );
      if (/node:(child_process|util)/.test(contents))
        throw new Error(`${path} is not what it was: look again.`);
      return { contents, loader: "js" };
    });
  },
};

/**
 * The words of the tokenizer, 200,000, lie beside the code as JSON and are read when they are needed. As code they would stand,
 * compiled, among the names that every start looks up: ten megabytes of program and four of memory for who never counts.
 */
export const wordsAside: BunPlugin = {
  name: "words-aside",
  setup(build) {
    build.onLoad({ filter: /[\\/]gpt-tokenizer[\\/]esm[\\/]bpeRanks[\\/]\w+\.js$/ }, ({ path }) => ({
      contents: `
        import { readFileSync } from "node:fs";
        import file from ${JSON.stringify(`words:${path}.json`)} with { type: "file" };
        export default JSON.parse(readFileSync(file, "utf8"));`,
      loader: "js",
    }));
    build.onResolve({ filter: /^words:/ }, ({ path }) => ({
      path: path.slice("words:".length),
      namespace: "words",
    }));
    build.onLoad({ filter: /.*/, namespace: "words" }, async ({ path }) => {
      const { default: words } = await import(path.slice(0, -".json".length));
      const json = JSON.stringify(words);
      deepStrictEqual(JSON.parse(json), words, "The tokenizer's words are more than JSON can say.");
      return { contents: json, loader: "file" };
    });
  },
};

/** What paints is told by us which colours there are (NO_COLOR and all): it need not load streams to find out by itself. */
export const coloursGiven: BunPlugin = {
  name: "colours-given",
  setup(build) {
    build.onLoad({ filter: /[\\/]chalk[\\/]source[\\/]vendor[\\/]supports-color[\\/]index\.js$/ }, () => ({
      contents: "export default { stdout: false, stderr: false };",
      loader: "js",
    }));
  },
};

/**
 * How many cells a text takes is asked for every line of every frame. The library splits it into characters and looks each up in
 * patterns of all Unicode, which have to be made first, 40 ms long; the runtime has the same function built in.
 */
export const widthsByRuntime: BunPlugin = {
  name: "widths-by-runtime",
  setup(build) {
    build.onLoad({ filter: /[\\/]string-width[\\/]index\.js$/ }, async ({ path }) => {
      const source = await Bun.file(path).text();
      // An older edition, for tables alone, has other widths and is quick.
      const isOld = source.includes("module.exports");
      return { contents: isOld ? source : "export default Bun.stringWidth;", loader: "js" };
    });
  },
};
