import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { CommandError } from "../../core/command.ts";
import { configTemplate } from "../../core/config/template.ts";
import { writeAtomically } from "../../core/store/atomic.ts";
import { securePrivateDirectory } from "../../core/store/private-file.ts";
import { EXIT_FAILED } from "../complaint.ts";
import type { Context } from "../context.ts";
import { withExamples } from "../options.ts";
import { random } from "../ports.ts";
import { complainOf, problemsIn } from "./problems.ts";
import { readConfig } from "./show.ts";

export function defineEdit(config: Command, context: Context): void {
  const command = config
    .command("edit")
    .description(
      "Open config.toml in $VISUAL or $EDITOR and check it afterwards. Where there is none, one is made with every setting explained.",
    )
    .action(() => edit(context));
  withExamples(command, "freellm config edit", "EDITOR=nano freellm config edit");
}

function edit(context: Context): void {
  const { home, environment, interactive, output } = context;
  if (!existsSync(home.config)) {
    securePrivateDirectory(home.root, "follow");
    writeAtomically(home.config, configTemplate(), random);
    output.line(`Wrote ${home.config}: every setting with its default, commented out.`);
  }
  const editor = environment.VISUAL || environment.EDITOR;
  if (!interactive || !editor) {
    output.line(`Edit ${home.config}, then check it: freellm config validate`);
    if (interactive) output.note("no editor is named by VISUAL or EDITOR.");
    return;
  }
  runEditor(editor, home.config);
  const problems = problemsIn(readConfig(home.config), environment);
  complainOf(output, home.config, problems);
  if (problems.length > 0) output.exitCode = EXIT_FAILED;
  else output.line(`${home.config} is right. A running server takes it over when it is started again.`);
}

/** The variable may hold options, too: `code --wait`. The path is an argument of its own and needs no quotes. */
function runEditor(editor: string, path: string): void {
  const [program = "", ...args] = editor.split(/\s+/).filter((word) => word !== "");
  const { error, status } = spawnSync(program, [...args, path], { stdio: "inherit" });
  if (error === undefined && status === 0) return;
  const reason = error === undefined ? `ended with ${status ?? "a signal"}` : "could not be started";
  throw new CommandError("editor_failed", `${program} ${reason}.`, "Name another by VISUAL or EDITOR.");
}
