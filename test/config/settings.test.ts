import { describe, expect, test } from "vitest";
import { resolveSettings, type SettingSources, SettingsError } from "../../src/core/config/resolve.ts";
import { environmentName, propertyName, type Settings, settingRows } from "../../src/core/config/settings.ts";

/** What resolving throws. */
function problemsOf(sources: SettingSources): SettingsError {
  try {
    resolveSettings(sources);
  } catch (error) {
    if (error instanceof SettingsError) return error;
    throw error;
  }
  throw new Error("nothing was wrong");
}

describe("defaults", () => {
  test("hold when nobody says anything", () => {
    const { settings, origins } = resolveSettings({});
    const expected: Settings = {
      host: "127.0.0.1",
      port: 3001,
      expose: false,
      allowedHosts: [],
      allowedOrigins: [],
      proxy: "",
      strategy: "priority",
      strategyWeights: {},
      profiles: {},
      aliases: {},
      private: false,
      rescue: true,
      hedge: false,
      holdTools: true,
      probeIntervalMs: 21_600_000,
      upstreamTimeoutMs: 600_000,
      firstContentMs: 60_000,
      streamStallMs: 30_000,
      headerHoldMs: 10_000,
      heartbeatMs: 5_000,
      maxWaitMs: 20_000,
      failoverBudgetMs: 45_000,
      maxAttempts: 20,
      maxBodyBytes: 33_554_432,
      drainMs: 30_000,
      logLevel: "info",
    };
    expect(settings).toEqual(expected);
    for (const origin of Object.values(origins)) expect(origin).toEqual({ source: "default", where: null });
  });

  test("every row has a help text and a default that it would accept from the file", () => {
    for (const [name, row] of settingRows()) {
      expect(row.help, name).toMatch(/\.$/);
      const text = JSON.stringify(row.default);
      const toml = `${name} = ${text}`;
      expect(resolveSettings({ toml }).settings[propertyName(name)]).toEqual(row.default);
    }
  });

  test("names of the environment and the file belong together", () => {
    expect(environmentName("upstream_timeout_ms")).toBe("FREELLM_UPSTREAM_TIMEOUT_MS");
    expect(propertyName("upstream_timeout_ms")).toBe("upstreamTimeoutMs");
  });
});

describe("precedence", () => {
  const toml = "port = 1\nmax_attempts = 5\n";
  const environment = { FREELLM_PORT: "2", FREELLM_EXPOSE: "true", FREELLM_HOST: "" };

  test("flag over environment over file over default, each with its origin", () => {
    const { settings, origins } = resolveSettings({
      flags: { port: "3", host: undefined },
      environment,
      toml,
    });
    expect(settings).toMatchObject({ port: 3, expose: true, maxAttempts: 5, host: "127.0.0.1" });
    expect(origins).toMatchObject({
      port: { source: "flag", where: "--port" },
      expose: { source: "environment", where: "FREELLM_EXPOSE" },
      maxAttempts: { source: "file", where: "max_attempts in config.toml" },
      host: { source: "default", where: null },
    });
    expect(resolveSettings({ environment, toml }).settings.port).toBe(2);
    expect(resolveSettings({ toml }).settings.port).toBe(1);
  });

  test("a value that is overruled is not looked at, so a flag repairs a broken file", () => {
    expect(resolveSettings({ flags: { port: 3 }, toml: 'port = "many"' }).settings.port).toBe(3);
  });
});

describe("values", () => {
  test.each([
    ["FREELLM_EXPOSE", "1", { expose: true }],
    ["FREELLM_EXPOSE", "False", { expose: false }],
    [
      "FREELLM_ALLOWED_HOSTS",
      "box.lan:3001, 10.0.0.5:3001",
      { allowedHosts: ["box.lan:3001", "10.0.0.5:3001"] },
    ],
    ["FREELLM_ALLOWED_ORIGINS", "app://notes", { allowedOrigins: ["app://notes"] }],
    ["FREELLM_LOG_LEVEL", "warn", { logLevel: "warn" }],
    ["FREELLM_MAX_WAIT_MS", "0", { maxWaitMs: 0 }],
    ["FREELLM_HOST", "::1", { host: "::1" }],
  ])("%s=%s", (name, value, expected) => {
    expect(resolveSettings({ environment: { [name]: value } }).settings).toMatchObject(expected);
  });

  test.each([
    ["FREELLM_PORT", "65536", "a whole number from 0 to 65535"],
    ["FREELLM_PORT", "-1", "a whole number"],
    ["FREELLM_PORT", "3e3", "a whole number"],
    ["FREELLM_MAX_ATTEMPTS", "21", "from 1 to 20"],
    ["FREELLM_MAX_ATTEMPTS", "0", "from 1 to 20"],
    ["FREELLM_EXPOSE", "maybe", "true or false"],
    ["FREELLM_LOG_LEVEL", "loud", "one of error, warn, info"],
    ["FREELLM_STREAM_STALL_MS", "30s", "milliseconds"],
    ["FREELLM_HOST", "http://x", "an address or a host name"],
    ["FREELLM_ALLOWED_HOSTS", "http://box.lan", "host:port"],
    ["FREELLM_ALLOWED_ORIGINS", "null", "origins"],
    ["FREELLM_ALLOWED_ORIGINS", "*", "origins"],
    ["FREELLM_ALLOWED_ORIGINS", "https://page.example/", "origins"],
  ])("%s=%s is refused by name, with what is expected and the remedy", (name, value, expected) => {
    const error = problemsOf({ environment: { [name]: value } });
    expect(error.message).toContain(name);
    expect(error.message).toContain(expected);
    expect(error.hint).toContain("default");
  });

  test("the file has types: text is not a number there", () => {
    expect(problemsOf({ toml: 'port = "3001"' }).message).toBe(
      'port in config.toml is "3001": expected a whole number from 0 to 65535.',
    );
    expect(problemsOf({ toml: "port = 30.5" }).problems).toHaveLength(1);
    expect(problemsOf({ toml: "expose = 1" }).problems).toHaveLength(1);
    expect(problemsOf({ toml: "port = 2026-11-24" }).problems).toHaveLength(1);
  });

  test("everything wrong is told at once", () => {
    const error = problemsOf({
      flags: { port: "x" },
      environment: { FREELLM_MAX_ATTEMPTS: "99" },
      toml: "prot = 1\nhost = 5",
    });
    expect(error.problems.map((problem) => problem.where)).toEqual([
      "prot in config.toml",
      "host in config.toml",
      "--port",
      "FREELLM_MAX_ATTEMPTS",
    ]);
  });
});

describe("config.toml", () => {
  test.each([
    ["prot = 1", "prot", "port"],
    ["maxAttempts = 5", "maxAttempts", "max_attempts"],
    ["max-wait-ms = 5", "max-wait-ms", "max_wait_ms"],
    ["[server]\nport = 1", "server.port", "port"],
    ["upstream_timeout = 5", "upstream_timeout", "upstream_timeout_ms"],
    ["__proto__ = 5", "__proto__", ""],
  ])("%j names the closest known setting", (toml, unknown, closest) => {
    const error = problemsOf({ toml });
    expect(error.message).toBe(`config.toml has an unknown setting, ${unknown}.`);
    expect(error.hint).toContain(`closest known setting is ${closest}`);
  });

  test("a syntax error is told with its place, and the rest is judged all the same", () => {
    const error = problemsOf({ toml: "port = 1\nhost = \n", environment: { FREELLM_PORT: "x" } });
    expect(error.problems[0]?.message).toContain("line 2");
    expect(error.problems).toHaveLength(2);
  });
});

describe("settings that hold several things", () => {
  const toml = [
    "[profiles]",
    'code = ["groq/model-a", "mistral/model-b"]',
    "[aliases]",
    '"gpt-5" = "auto:smart"',
    "[strategy_weights]",
    "quality = 2",
  ].join("\n");

  test("are tables in the file and pairs in the environment", () => {
    const fromFile = resolveSettings({ toml }).settings;
    const fromEnvironment = resolveSettings({
      environment: {
        FREELLM_PROFILES: "code=groq/model-a|mistral/model-b",
        FREELLM_ALIASES: "gpt-5=auto:smart",
        FREELLM_STRATEGY_WEIGHTS: "quality=2",
      },
    }).settings;
    expect(fromFile.profiles).toEqual({ code: ["groq/model-a", "mistral/model-b"] });
    expect(fromEnvironment).toEqual(fromFile);
  });

  test("refuse what makes no sense, naming the setting", () => {
    const environment = { FREELLM_STRATEGY_WEIGHTS: "quality=-1", FREELLM_PROFILES: "code" };
    const error = problemsOf({ environment });
    expect(error.message).toContain("FREELLM_STRATEGY_WEIGHTS");
    expect(error.message).toContain("FREELLM_PROFILES");
  });

  test("switches may be on and off, too", () => {
    expect(resolveSettings({ environment: { FREELLM_HOLD_TOOLS: "off" } }).settings.holdTools).toBe(false);
  });
});
