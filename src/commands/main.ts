/** Where the program starts. Asking for the version loads nothing else. */
import { VERSION } from "./version.ts";

const args = process.argv.slice(2);
if (args.length === 1 && ["--version", "-V", "-v"].includes(args[0] ?? "")) {
  // Not through process.stdout, which is loaded when it is asked for.
  console.log(VERSION);
} else {
  const { runProgram } = await import("./program.ts");
  const { createContext } = await import("./terminal.ts");
  process.exitCode = await runProgram(args, createContext(args));
  // A connection that was given up while it was being made cannot be taken back: it would keep the program for minutes.
  // Its output goes first: what a slow reader has not taken yet lies in this process.
  setTimeout(() => process.stdout.end(() => process.exit()), 500).unref();
}
