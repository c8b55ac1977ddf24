import { describe, expect, test } from "vitest";
import { sanitisedEnvironment } from "../../src/core/net/environment.ts";

const options = { maxRequests: 4096 };

describe("sanitisedEnvironment", () => {
  test("sets the request limit and keeps everything else", () => {
    expect(sanitisedEnvironment({ PATH: "/bin", HOME: "/home/me" }, options)).toEqual({
      PATH: "/bin",
      HOME: "/home/me",
      BUN_CONFIG_MAX_HTTP_REQUESTS: "4096",
    });
  });

  test("takes out what diverts or weakens connections, in any case", () => {
    const dirty = {
      PATH: "/bin",
      HTTP_PROXY: "http://proxy.example:3128",
      https_proxy: "http://proxy.example:3128",
      All_Proxy: "http://proxy.example:3128",
      NODE_TLS_REJECT_UNAUTHORIZED: "0",
      BUN_CONFIG_MAX_HTTP_REQUESTS: "4096",
    };
    expect(sanitisedEnvironment(dirty, options)).toEqual({
      PATH: "/bin",
      BUN_CONFIG_MAX_HTTP_REQUESTS: "4096",
    });
    expect(dirty).toHaveProperty("HTTP_PROXY");
  });

  test("its own result is right, so a process starts itself again at most once", () => {
    const clean = sanitisedEnvironment({ HTTP_PROXY: "http://proxy.example:3128", A: undefined }, options);
    expect(clean).not.toBeNull();
    expect(sanitisedEnvironment(clean ?? {}, options)).toBeNull();
  });
});
