/** Everything that is printed as JSON keeps one convention: moments are ISO text, fields are in camel case. */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BINARY, cli } from "../support/binary.ts";
import { openStage, type Stage } from "../support/stage.ts";
import { answer, cutAfter, failure, tooMany } from "../support/steps.ts";

const SAID = [{ role: "user" as const, content: "hello" }];
const PASSPHRASE = "passphrase";
const BACKUP = "all.backup";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ args: ["--log-file"] });
  const { client, home } = stage;
  // A rest, a break, a wait, a refusal: whatever carries a moment is there.
  await stage.endpoints("moments", [tooMany(600), answer()], { rpm: 5, rpd: 50, tpm: 90_000 });
  await stage.endpoints("cut", [cutAfter(3), failure(500)]);
  await client.chat.completions.create({ model: "moments", messages: SAID });
  await client.chat.completions.create({ model: "moments", messages: SAID });
  await client.chat.completions.create({ model: "no-such", messages: SAID }).catch(() => {});
  await client.chat.completions.create({ model: "cut", messages: SAID, stream: true }).catch(() => {});
  writeFileSync(join(home, PASSPHRASE), "a passphrase long enough\n");
  writeFileSync(join(home, "keys.env"), `GROQ_API_KEY=gsk_${"m".repeat(52)}\n`);
  const made = await cli(home, ["backup", BACKUP, "--passphrase-file", PASSPHRASE]);
  expect(made.code).toBe(0);
}, 60_000);
afterAll(() => stage.close());

const COMMANDS: readonly string[] = [
  "status",
  "keys list",
  "keys test",
  "keys reorder moments-2-1",
  "keys import keys.env --dry-run",
  "models list",
  "models refresh --dry-run",
  "quota --all",
  "usage",
  "usage --by day --since 7d",
  "usage --accuracy",
  "requests",
  "explain",
  "explain --full --replay",
  "explain --last --what-if strategy=smart",
  "explain --model auto --full",
  "explain --model auto:smart --tokens 90000000 --full",
  "dash",
  "doctor",
  "token",
  "token list",
  "config show",
  "config path",
  "config validate",
  "service status",
  "chat hello -m moments",
  "logs",
  "keys edit moments-1-1 --label x",
  "keys clear moments-2-1",
  "models pin moments-1/moments",
  "sim",
  "sim --schedules 2",
  "init",
  `backup ${BACKUP}2 --passphrase-file ${PASSPHRASE}`,
  `restore ${BACKUP} --dry-run --passphrase-file ${PASSPHRASE}`,
];

interface Field {
  path: string;
  name: string;
  value: unknown;
}

function* fieldsOf(value: unknown, path = ""): Generator<Field> {
  if (typeof value !== "object" || value === null) return;
  for (const [name, field] of Object.entries(value)) {
    const here = Array.isArray(value) ? `${path}[]` : `${path}.${name}`;
    if (!Array.isArray(value)) yield { path: here, name, value: field };
    yield* fieldsOf(field, here);
  }
}

/** Objects whose names are data: states, reasons. */
const BY_NAME = /^\.servers\[\]\.keys\.|\.others\.|\.scores\./;
const CAMEL = /^[a-z]+(?:[A-Z0-9][a-z0-9]*)*$/;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
/** Epoch milliseconds from 2001 to 5138. */
const isEpoch = (value: unknown): boolean =>
  typeof value === "number" && value > 1e12 && value < 1e14 && value !== Number.MAX_SAFE_INTEGER;

function check(data: unknown): void {
  const fields = [...fieldsOf(data)];
  expect(fields.filter(({ value }) => isEpoch(value))).toEqual([]);
  expect(fields.filter(({ path, name }) => !CAMEL.test(name) && !BY_NAME.test(path))).toEqual([]);
  const moments = fields.filter(({ name, value }) => /^(?:at|now|until)$|At$/.test(name) && value !== null);
  for (const { path, value } of moments) expect(value, path).toMatch(ISO);
}

describe("--json", () => {
  it.each(COMMANDS)("freellm %s", async (line) => {
    const { stdout } = await cli(stage.home, [...line.split(" "), "--json"]);
    const data = JSON.parse(stdout);
    expect(data.schema).toBe(1);
    expect(data.error).toBeUndefined();
    check(data);
  });

  it("has moments to be told at all", async () => {
    const told = async (...line: string[]) => JSON.parse((await cli(stage.home, [...line, "--json"])).stdout);
    const { keys, startedAt, now } = await told("dash");
    expect(startedAt < now).toBe(true);
    expect(keys.some(({ until }: { until: unknown }) => until !== null)).toBe(true);
    const { requests } = await told("requests");
    const [failedOver] = requests;
    const { explanations } = await told("explain", failedOver.id);
    expect(explanations[0].at).toBe(failedOver.at);
    const { plans } = await told("explain", "--model", "moments", "--full");
    expect(plans[0].verdicts.some(({ until }: { until: unknown }) => until !== null)).toBe(true);
  });

  it("says the same in the state as in the commands that tell a part of it", async () => {
    const told = async (...line: string[]) => JSON.parse((await cli(stage.home, [...line, "--json"])).stdout);
    const [state, { keys }, { models }, { quotas }, { requests }] = await Promise.all([
      told("dash"),
      told("keys", "list"),
      told("models", "list"),
      told("quota"),
      told("requests"),
    ]);
    expect(state.keys).toEqual(keys);
    expect(models).toEqual(expect.arrayContaining(state.models));
    expect(state.quotas.map(Object.keys)).toEqual(quotas.map(Object.keys));
    expect(state.requests.toReversed()).toEqual(requests);
  });

  it("holds for what is followed line by line", async () => {
    const env = { PATH: process.env.PATH ?? "", HOME: stage.home, FREELLM_HOME: stage.home };
    const child = spawn(BINARY, ["dash", "--watch", "--json"], { env, stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    let isAsked = false;
    for await (const chunk of child.stdout) {
      text += chunk;
      if (!isAsked) await stage.client.chat.completions.create({ model: "moments", messages: SAID });
      isAsked = true;
      if (text.includes('"request-finished"') && text.endsWith("\n")) break;
    }
    child.kill("SIGTERM");
    const lines = text.trim().split("\n");
    expect(lines.length).toBeGreaterThan(4);
    for (const line of lines) check(JSON.parse(line));
  });
});
