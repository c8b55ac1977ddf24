import { existsSync } from "node:fs";
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { withExamples } from "../options.ts";

export function definePath(config: Command, { output, home }: Context): void {
  const command = config
    .command("path")
    .description("Print where config.toml lies, or would lie.")
    .option("--json", "print JSON")
    .action(() => {
      if (output.json) output.data({ files: [{ path: home.config, exists: existsSync(home.config) }] });
      else output.line(home.config);
    });
  withExamples(command, "freellm config path", 'cat "$(freellm config path)"');
}
