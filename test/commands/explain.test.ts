/** `freellm explain` on the command line: of requests that a running server made, and of those that are not sent. */
import { Buffer } from "node:buffer";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FAILURE_KINDS } from "../../src/core/chat/failure.ts";
import type { ExplanationView, PlanView } from "../../src/core/command/explain.ts";
import { cli, startFreellm } from "../support/binary.ts";
import { clientOf, openStage, type Stage } from "../support/stage.ts";
import { answer, close, cutAfter, empty, failure, hang, reply, reset, tooMany } from "../support/steps.ts";

const CANARY = "canary-5512-said-in-private";
const SAID = [{ role: "user" as const, content: `Hello ${CANARY}` }];

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ env: { FREELLM_FIRST_CONTENT_MS: "1500" } });
});
afterAll(() => stage.close());

/** The name of the request, whatever came of it. */
async function ask(
  model: string,
  more: Record<string, unknown> = {},
  on: Pick<Stage, "freellm"> = stage,
): Promise<string> {
  const response = await fetch(`${on.freellm.baseUrl}/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${on.freellm.token}`,
      "content-type": "application/json",
      "x-freellm-max-wait": "0",
    },
    body: JSON.stringify({ model, messages: SAID, ...more }),
  });
  await response.text();
  return response.headers.get("x-request-id") ?? "";
}

async function explained(id: string, ...more: string[]): Promise<ExplanationView> {
  const { stdout } = await cli(stage.home, ["explain", id, "--json", ...more]);
  const { schema, explanations } = JSON.parse(stdout);
  expect(schema).toBe(1);
  return explanations[0];
}

describe("explain ID", () => {
  it("tells in words who served it, why not the one before, by which rule, and what to do", async () => {
    await stage.endpoints("walk", [failure(401, "Invalid API key provided"), answer()]);
    const id = await ask("walk");
    const { code, stdout } = await cli(stage.home, ["explain", id]);
    expect(code).toBe(0);
    expect(stdout).toContain(`${id} was served by walk-2/walk with walk-2-1.`);
    expect(stdout).toMatch(/1 walk-1\/walk with walk-1-1 failed after \d+ ms: the key was refused/);
    expect(stdout).toMatch(/HTTP 401, read so by the rule \S+/);
    expect(stdout).not.toContain("invalid_key");
    expect(stdout).toContain("to do: replace the key: freellm keys rotate walk-1-1");
    // What had failed is told where it failed.
    expect(stdout).not.toContain("not walk-1/walk");
    expect(stdout).toMatch(/2 walk-2\/walk with walk-2-1 answered after \d+ ms/);
    // The latest one needs no name.
    expect((await cli(stage.home, ["explain"])).stdout).toBe(stdout);
    expect((await cli(stage.home, ["explain", "--last"])).stdout).toBe(stdout);
  });

  it("says which limit kept the first candidate out", async () => {
    const [first] = await stage.endpoints("capped", [null], { rpm: 1 });
    await stage.endpoints("uncapped", [null]);
    await ask("capped");
    const id = await ask("capped", { models: ["uncapped"] });
    expect(first?.upstream.calls).toHaveLength(1);
    const { steps, servedBy } = await explained(id);
    expect(servedBy).toEqual({ keyId: "uncapped-1-1", model: "uncapped-1/uncapped" });
    expect(steps).toHaveLength(1);
    const { stdout } = await cli(stage.home, ["explain", id, "--what-if", "capped-1.rpm=100"]);
    expect(stdout).toContain("would have gone to capped-1/capped with capped-1-1");
    expect(steps[0]).toMatchObject({
      type: "call",
      passed: [{ keyId: "capped-1-1", reason: "limit", why: "its limit of 1 request a minute is used up" }],
    });
  });

  it("tells waits", async () => {
    const [only] = await stage.endpoints("waits", [null]);
    only?.upstream.script(tooMany(1));
    await stage.client.chat.completions.create({ model: "waits", messages: SAID });
    const { id } = await explained("--last");
    expect((await cli(stage.home, ["explain", id])).stdout).toMatch(
      /-- waited for \d+ ms: the first candidate was free again/,
    );
  });

  it("tells of a rescue in the middle of an answer", async () => {
    await stage.endpoints("rescued", [cutAfter(3), answer()]);
    const id = await ask("rescued", { stream: true });
    const { stdout } = await cli(stage.home, ["explain", id]);
    expect(stdout).toMatch(/-- the answer of rescued-1\/rescued with rescued-1-1 broke off/);
    expect(stdout).toContain("rescued-2/rescued with rescued-2-1 answered");
    const { steps, replay } = await explained(id, "--replay");
    expect(steps.map(({ type }) => type)).toEqual(["call", "break", "call"]);
    expect(replay).toMatchObject({ agrees: true, decisions: [{}, {}] });
  });

  const ERRORS: [name: string, step: Parameters<typeof stage.endpoints>[1][number], kind: string][] = [
    ["e401", failure(401, "Invalid API key provided"), "invalid_key"],
    ["e402", failure(402, "Insufficient credits"), "no_credit"],
    ["e403", failure(403, "You may not use this model"), "forbidden"],
    ["e404", reply(404, { error: { message: "model not found", code: "model_not_found" } }), "model_gone"],
    ["e413", failure(413, "Request too large"), "too_large"],
    ["e429", tooMany(600), "rate_unknown"],
    ["e500", failure(500), "server_error"],
    ["e503", failure(503, "overloaded"), "server_error"],
    ["e400", failure(400, "This model's maximum context length is 10 tokens"), "context_too_long"],
    ["egone", reset, "transport"],
    ["eclosed", close, "transport"],
    ["ehang", hang, "timeout"],
    ["eempty", empty, "bad_reply"],
    ["ehtml", reply(200, "<html>", { "content-type": "text/html" }), "bad_reply"],
  ];

  it.each(ERRORS)("explains %s by a named rule", async (name, step, kind) => {
    await stage.endpoints(name, [step]);
    const id = await ask(name);
    const { outcome, steps, status } = await explained(id, "--replay");
    expect(outcome).toBe("failed");
    expect(status).toBeGreaterThanOrEqual(400);
    const failures = steps.flatMap((one) => (one.type === "call" && one.failure ? [one.failure] : []));
    expect(failures.length).toBeGreaterThan(0);
    for (const { rule, meaning, followed, kind: found } of failures) {
      expect(rule).toMatch(/^[a-z0-9-]+\/[a-z0-9-]+/);
      expect(found).toBe(kind);
      expect(meaning).not.toBe("");
      expect(followed).not.toBe("");
    }
    const { code, stdout } = await cli(stage.home, ["explain", id, "--replay"]);
    expect(code).toBe(0);
    expect(stdout).toContain(failures[0]?.rule);
    // Kinds are for programs.
    expect(FAILURE_KINDS.filter((one) => one.includes("_") && stdout.includes(one))).toEqual([]);
    expect(stdout).toMatch(/came out the same, bit for bit/);
  });

  it("explains an answer that broke and that nobody could go on with", async () => {
    await stage.endpoints("broken", [cutAfter(3)]);
    const id = await ask("broken", { stream: true });
    const { outcome, steps, replay } = await explained(id, "--replay");
    expect(outcome).toBe("broken");
    expect(steps.map(({ type }) => type)).toEqual(["call", "break", "end"]);
    expect(steps[1]).toMatchObject({
      failure: { rule: expect.stringMatching(/^[a-z]+\/./) },
    });
    expect(replay).toMatchObject({ agrees: true });
    expect((await cli(stage.home, ["explain", id])).stdout).toContain("-- nothing was left:");
  });

  it("knows nobody else's requests", async () => {
    const { code, stderr } = await cli(stage.home, ["explain", "req_nobody"]);
    expect(code).toBe(1);
    expect(stderr).toBe(
      'freellm: error: There is no request "req_nobody".\nfreellm: hint: Its name is in the answer\'s X-Request-ID header; the latest one: freellm explain --last\n',
    );
    expect((await cli(stage.home, ["explain", "--tools"])).code).toBe(2);
    expect((await cli(stage.home, ["explain", "req_1", "--model", "auto"])).code).toBe(2);
    const unknown = await ask("there-is-no-such-model");
    expect(await explained(unknown)).toMatchObject({
      outcome: "failed",
      status: 404,
      steps: [],
      needs: null,
    });
    expect((await cli(stage.home, ["explain", unknown])).stdout).toContain(
      `${unknown} got no answer (HTTP 404): there is no model there-is-no-such-model.`,
    );
    expect((await explained(unknown, "--replay")).replay).toMatchObject({
      problem: "There was nothing to decide.",
    });
  });
});

describe("what if", () => {
  it("names what would have been different", async () => {
    await stage.endpoints("choice", [null, null, null]);
    const id = await ask("choice");
    const other = async (change: string) =>
      (await cli(stage.home, ["explain", id, "--what-if", change])).stdout;
    expect(await other("choice-1-1=disabled")).toMatch(
      /it went to choice-1\/choice with choice-1-1 .*would have gone to choice-2\/choice with choice-2-1/,
    );
    expect(await other("choice-1/choice=disabled")).toContain(
      "would have gone to choice-2/choice with choice-2-1",
    );
    expect(await other("choice-1.rpm=0, choice-2.tpm=1")).toContain("would have gone to choice-3/choice");
    expect(await other("choice-3.rpd=5")).toContain("nothing would have been different");
    expect(await other("strategy=smart")).toContain("nothing would have been different");
    expect(await explained(id, "--replay")).toMatchObject({ replay: { agrees: true } });
    expect(await ask("choice")).not.toBe("");
    expect(await explained("--last")).toMatchObject({ servedBy: { keyId: "choice-1-1" } });
  });

  it("says how a change is written", async () => {
    const id = await ask("choice");
    for (const change of [
      "groq",
      "nobody.rpm=5",
      "choice-1.rpm=many",
      "strategy=best",
      "nobody-1=disabled",
    ]) {
      const { code, stderr } = await cli(stage.home, ["explain", id, "--what-if", change]);
      expect(code).toBe(2);
      expect(stderr).toContain("<key id>=disabled");
    }
  });
});

describe("explain --model", () => {
  const planned = async (...args: string[]): Promise<PlanView> =>
    JSON.parse((await cli(stage.home, ["explain", "--model", ...args, "--json"])).stdout).plans[0];

  it("says where a request would go that is not sent", async () => {
    const [first] = await stage.endpoints("planned", [null, null]);
    const { stdout } = await cli(stage.home, [
      "explain",
      "--model",
      "planned",
      "--tools",
      "--tokens",
      "2000",
    ]);
    expect(stdout).toContain("A request for planned would go to planned-1/planned with planned-1-1.");
    expect(await planned("planned", "--full")).toMatchObject({
      target: { keyId: "planned-1-1" },
      verdicts: [{ usable: true, why: null }, { usable: true }],
    });
    await cli(stage.home, ["keys", "disable", "planned-1-1"]);
    const plan = await planned("planned");
    expect(plan.target?.keyId).toBe("planned-2-1");
    expect(plan.verdicts[0]).toMatchObject({
      usable: false,
      reason: "key_disabled",
      why: "the key is disabled",
    });
    expect(first?.upstream.calls).toHaveLength(0);
  });

  it("lists every candidate of auto with the parts of its score", async () => {
    const { verdicts, strategy } = await planned("auto:smart", "--full");
    expect(strategy).toBe("smart");
    expect(verdicts.length).toBeGreaterThan(2);
    for (const { parts } of verdicts) {
      for (const part of Object.values(parts)) expect(part).toBeLessThanOrEqual(1);
    }
    expect((await cli(stage.home, ["explain", "--model", "auto:smart", "--full"])).stdout).toMatch(
      /SCORE\s+QUALITY\s+SUCCESS\s+SPEED\s+QUOTA/,
    );
  });

  it("says why nobody would take it", async () => {
    await cli(stage.home, ["keys", "disable", "planned-2-1"]);
    const { stdout } = await cli(stage.home, ["explain", "--model", "planned"]);
    expect(stdout).toContain("would get no answer now: there is no usable key for it");
    expect(stdout).toContain("the key is disabled");
    // What the request needs comes first.
    await cli(stage.home, ["keys", "add", "groq", "--no-test"], { stdin: `gsk_${"m".repeat(52)}\n` });
    const image = await planned("groq/openai/gpt-oss-120b", "--vision");
    expect(image).toMatchObject({
      target: null,
      verdicts: [{ reason: "no_vision", why: "it takes no images" }],
    });
    const { code } = await cli(stage.home, ["explain", "--model", "there-is-no-such-model"]);
    expect(code).toBe(1);
  });
});

describe("what is kept", () => {
  it("survives the end of the process, and a kill but for the last quarter of a second", async () => {
    await stage.endpoints("kept", [null, null, null]);
    const id = await ask("kept");
    const full = await explained(id, "--full");
    expect(full.verdicts?.length).toBe(3);
    await new Promise((resolve) => setTimeout(resolve, 600));
    await stage.freellm.kill9();
    // Without a server the store itself is asked.
    expect((await explained(id, "--replay")).replay).toMatchObject({ agrees: true });
    const { steps, verdicts } = await explained(id, "--full");
    expect({ steps, verdicts }).toEqual({ steps: full.steps, verdicts: full.verdicts });
    const next = await startFreellm({ home: stage.home });
    try {
      const later = await ask("kept", {}, { freellm: next });
      expect((await explained(later, "--replay")).replay).toMatchObject({ agrees: true });
      expect((await explained(id, "--replay")).replay).toMatchObject({ agrees: true });
      await clientOf(next).chat.completions.create({ model: "kept", messages: SAID });
    } finally {
      await next.stop();
    }
  });

  it("holds no secret, no prompt and no answer", () => {
    const files = readdirSync(stage.home, { recursive: true, encoding: "utf8" }).filter((name) =>
      statSync(join(stage.home, name)).isFile(),
    );
    const all = Buffer.concat(files.map((name) => readFileSync(join(stage.home, name))));
    // The decisions are in one of them.
    expect(all.includes("kept-1/kept")).toBe(true);
    for (const text of [CANARY, "sk-made-up-", "Hello from the upstream"])
      expect(all.includes(text)).toBe(false);
  });
});
