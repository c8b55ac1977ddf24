/** A config.toml to begin with: every setting with what it does and its default, all of it commented out. */
import { stringify } from "smol-toml";
import { environmentName, settingRows } from "./settings.ts";

const WIDTH = 100;

/** Text of the file. With every `#` before a setting taken away it says the defaults. */
export function configTemplate(): string {
  const blocks = settingRows().map(([name, row]) => {
    const value = stringify({ value: row.default }).trim();
    // An empty table is written in line: a header would take in the settings below it.
    const assigned = value.startsWith("[value]") ? `${name} = {}` : value.replace(/^value/, name);
    return [
      ...wrapped(row.help),
      ...wrapped(`Expected: ${row.expects}. Environment: ${environmentName(name)}.`),
      `# ${assigned}`,
    ].join("\n");
  });
  return `${[
    "# Settings of freellm. A command-line option goes before the environment, the environment before this file.",
    "# Take away the # in front of a setting to change it; then: freellm config validate",
    "# A running server reads this file when it starts.",
    "",
    blocks.join("\n\n"),
  ].join("\n")}\n`;
}

/** As comment lines. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + word.length + 1 > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].map((part) => `## ${part}`);
}
