/** The published schema of config.toml: current, and of one mind with the program about what is right. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Schema, Validator } from "@cfworker/json-schema";
import { parse } from "smol-toml";
import { describe, expect, test } from "vitest";
import { configSchema } from "../../bin/docs.ts";
import { settingsJsonSchema } from "../../src/core/config/json-schema.ts";
import { lineOfSetting } from "../../src/core/config/locate.ts";
import { resolveSettings, SettingsError } from "../../src/core/config/resolve.ts";
import { propertyName, settingRows } from "../../src/core/config/settings.ts";
import { configTemplate } from "../../src/core/config/template.ts";

test("docs/config.schema.json is what `npm run docs` makes", () => {
  const committed = readFileSync(join(import.meta.dirname, "../../docs/config.schema.json"), "utf8");
  expect(committed).toBe(configSchema());
});

describe("schema and program agree", () => {
  const validator = new Validator(settingsJsonSchema() as Schema);
  const accepted = (toml: string): boolean => {
    try {
      resolveSettings({ toml });
      return true;
    } catch (error) {
      if (error instanceof SettingsError) return false;
      throw error;
    }
  };
  const values = [
    ...["true", "false", "0", "1", "-1", "1.5", "20", "21", "65536", "3600000", "86400001", "9999999999"],
    ...[
      '""',
      '"info"',
      '"priority"',
      '"direct"',
      '"HTTP://proxy:1"',
      '"socks5H://h:1"',
      '"ftp://x"',
      '"a b"',
    ],
    ...["[]", '["a"]', '["app://x"]', "[1]", '["a b"]', "{}", "{ quality = 1 }", "{ quality = -1 }"],
    ...['{ code = ["a/b"] }', "{ code = [] }", '{ gpt = "auto" }', "{ gpt = 1 }"],
  ];
  test.each(settingRows().map(([name]) => name))("about %s", (name) => {
    for (const value of values) {
      const toml = `${name} = ${value}`;
      expect({ toml, ok: validator.validate(parse(toml)).valid }).toEqual({ toml, ok: accepted(toml) });
    }
    expect(values.some((value) => accepted(`${name} = ${value}`))).toBe(true);
  });

  test("about names that do not exist", () => {
    expect(validator.validate({ prot: 1 }).valid).toBe(false);
  });
});

describe("the template", () => {
  test("changes nothing as it is", () => {
    expect(resolveSettings({ toml: configTemplate() })).toEqual(resolveSettings({}));
  });

  test("says the defaults when the # is taken away", () => {
    const toml = configTemplate().replace(/^# (?=\w+ = )/gm, "");
    const { settings, origins } = resolveSettings({ toml });
    expect(settings).toEqual(resolveSettings({}).settings);
    for (const [name] of settingRows()) expect(origins[propertyName(name)].source).toBe("file");
  });
});

describe("the line of a setting", () => {
  const toml = 'port = 1\n\n# host = "x"\n[aliases]\ngpt = "auto"\n[ profiles ]\n"a b" = ["x"]\n';
  test.each([
    ["port", 1],
    ["host", null],
    ["aliases", 4],
    ["aliases.gpt", 5],
    ["profiles.a b", 7],
    ["gpt", null],
  ])("%s", (name, line) => expect(lineOfSetting(toml, name)).toBe(line));
});
