import { existsSync, readFileSync } from "node:fs";
import type { Command } from "commander";
import { EXIT_FAILED, usageError } from "../complaint.ts";
import type { Context } from "../context.ts";
import { withExamples } from "../options.ts";
import { complainOf, problemsIn } from "./problems.ts";
import { readConfig } from "./show.ts";

export function defineValidate(config: Command, context: Context): void {
  const command = config
    .command("validate")
    .description(
      "Check config.toml and the FREELLM_ variables. Exit code 1 when something is wrong; says the line and what to do.",
    )
    .argument("[file]", "another file than this home's config.toml, checked by itself")
    .option("--json", "print JSON")
    .action((file: string | undefined) => validate(context, file));
  withExamples(command, "freellm config validate", "freellm config validate draft.toml --json");
}

function validate({ home, environment, output }: Context, file: string | undefined): void {
  if (file !== undefined && !existsSync(file)) throw usageError(`There is no file ${file}.`);
  const toml = file === undefined ? readConfig(home.config) : readFileSync(file, "utf8");
  const path = file ?? home.config;
  const problems = problemsIn(toml, file === undefined ? environment : {});
  if (problems.length > 0) output.exitCode = EXIT_FAILED;
  if (output.json) output.data({ problems });
  else if (problems.length > 0) complainOf(output, path, problems);
  else if (toml === undefined) output.line(`There is no ${path}: the defaults and the environment hold.`);
  else output.line(`${path} is right.`);
}
