import { expect, test } from "vitest";
import { resolveSettings, SettingsError } from "../../src/core/config/resolve.ts";

test("a proxy that is none is refused without being repeated, wherever it stands", () => {
  for (const sources of [
    { environment: { FREELLM_PROXY: "ftp://me:made-up-word@proxy.example" } },
    { toml: 'proxy = "me:made-up-word@proxy.example"' },
  ]) {
    let problem: unknown;
    try {
      resolveSettings(sources);
    } catch (error) {
      problem = error;
    }
    if (!(problem instanceof SettingsError)) throw new Error("it was taken");
    expect(problem.message).toMatch(/proxy.* is not right: expected the URL of a proxy/i);
    expect(JSON.stringify([problem.message, problem.hint, problem.problems])).not.toContain("made-up");
  }
});

test("HTTP_PROXY is nobody's setting", () => {
  const environment = { HTTP_PROXY: "http://proxy.example:3128", HTTPS_PROXY: "http://proxy.example:3128" };
  expect(resolveSettings({ environment }).settings.proxy).toBe("");
});
