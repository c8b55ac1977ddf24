/**
 * freellm beside a bare pass-through and no proxy at all, in one run: `npm run bench`, or `npm run bench -- --quick`.
 * What the rows mean is in README.md beside this file.
 */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { measureBoot, measureDash, measureVersion } from "./boot.ts";
import type { Job, LoadResult } from "./load.ts";
import { canMeasure, cpuNanoseconds, load, residentMegabytes } from "./process.ts";
import { above, add, printTable, type Row, type Samples } from "./report.ts";
import { type Bench, BINARY, freellm, HOPS, makeHome, type Subject, startAll } from "./subjects.ts";

const quick = process.argv.includes("--quick");
const ROUNDS = quick ? 2 : 5;
const ROUND_MS = quick ? 400 : 1_000;
const PAST_REQUESTS = 1_000_000;
const WARM_CALLS = 30_000;
const WARM_STREAMS = 2_000;

const hello = (content: string, stream = false, model = "bench-model") =>
  JSON.stringify({ model, stream, messages: [{ role: "user", content }] });
const problems: string[] = [];

type Call = Omit<Job, "port" | "token" | "streaming">;

async function measure(subject: Subject, call: Call, streaming = false) {
  const before = cpuNanoseconds(subject.pid);
  const result = await load({ ...call, streaming, port: subject.port, token: subject.token });
  const cpu = (cpuNanoseconds(subject.pid) - before) / 1_000;
  if (result.errors > 0)
    problems.push(`${subject.name}: ${result.errors} of ${result.requests} calls failed`);
  return { ...result, cpuMicroseconds: cpu / result.requests, perSecond: result.requests / result.seconds };
}

/** Rounds in turn over all subjects, so that what disturbs one disturbs all; the first round only warms up. */
async function rounds(
  bench: Bench,
  count: number,
  work: (subject: Subject, round: number) => Promise<void>,
): Promise<void> {
  for (let round = 0; round <= count; round++) {
    for (const subject of bench.subjects) await work(subject, round);
  }
}

/** One row of CPU and one of throughput for a small request at this concurrency. */
async function requests(
  bench: Bench,
  label: string,
  call: Omit<Call, "durationMs">,
  aim: Row["aim"],
): Promise<Row[]> {
  const cpu: Samples = new Map();
  const rate: Samples = new Map();
  await rounds(bench, ROUNDS, async (subject, round) => {
    const result = await measure(subject, { ...call, durationMs: ROUND_MS });
    if (round === 0) return;
    if (subject.name !== "direct") add(cpu, subject.name, result.cpuMicroseconds);
    add(rate, subject.name, result.perSecond);
  });
  return [
    { label, unit: "CPU us/request", samples: cpu, aim },
    { label, unit: "requests/s", samples: rate, aim: null },
  ];
}

async function latency(bench: Bench): Promise<Row[]> {
  const whole: Samples = new Map();
  const first: Samples = new Map();
  const chat = {
    path: "/v1/chat/completions",
    method: "POST" as const,
    connections: 1,
    durationMs: ROUND_MS,
  };
  await rounds(bench, ROUNDS, async (subject, round) => {
    const result = await measure(subject, { ...chat, body: hello("Hello") });
    const streamed = await measure(subject, { ...chat, body: hello("chunks=2 every=0", true) }, true);
    if (round === 0) return;
    add(whole, subject.name, result.p50);
    add(first, subject.name, streamed.firstTokenP50);
  });
  const aim = { good: 2, aim: 1.25 };
  return [
    { label: "added latency, 1 client, p50", unit: "us", samples: above(whole, "direct"), aim },
    { label: "added time to first token, p50", unit: "us", samples: above(first, "direct"), aim },
  ];
}

async function streams(bench: Bench, connections: number, everyMs: number, seconds: number): Promise<Row[]> {
  const chunks = Math.floor((seconds * 1_000) / everyMs);
  const body = hello(`chunks=${chunks} every=${everyMs}`, true);
  const cpu: Samples = new Map();
  const memory: Samples = new Map();
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    for (const subject of bench.subjects) {
      let opened = { events: 0, cpu: 0, memory: 0 };
      const job: Job = {
        ...{
          path: "/v1/chat/completions",
          method: "POST",
          body,
          connections,
          durationMs: 0,
          streaming: true,
        },
        ...{ port: subject.port, token: subject.token },
      };
      const result: LoadResult = await load(job, (events) => {
        opened = { events, cpu: cpuNanoseconds(subject.pid), memory: residentMegabytes(subject.pid) };
      });
      const spent = (cpuNanoseconds(subject.pid) - opened.cpu) / 1e6;
      if (result.complete !== connections) {
        problems.push(`${subject.name}: ${result.complete} of ${connections} streams came to their end`);
      }
      if (subject.name === "direct") continue;
      add(cpu, subject.name, (spent / (result.events - opened.events)) * 1_000);
      add(memory, subject.name, opened.memory);
    }
  }
  return [
    {
      label: `${connections} open streams`,
      unit: "CPU ms/1,000 chunks",
      samples: cpu,
      aim: { good: 1.5, aim: 1 },
    },
    {
      label: `${connections} open streams`,
      unit: "resident MB",
      samples: memory,
      aim: { good: 2, aim: 1.3 },
    },
  ];
}

async function failover(bench: Bench): Promise<Row[]> {
  const perHop: Samples = new Map();
  await rounds(bench, ROUNDS, async (subject, round) => {
    if (subject.hopPath === null) return;
    const job = { method: "POST" as const, connections: 1, durationMs: ROUND_MS };
    const straight = await measure(subject, { ...job, path: "/v1/chat/completions", body: hello("Hello") });
    const body = hello("Hello", false, subject.hopModel);
    const hopping = await measure(subject, { ...job, path: subject.hopPath, body });
    if (round > 0) add(perHop, subject.name, (hopping.p50 - straight.p50) / HOPS);
  });
  return [{ label: "one failover hop", unit: "us", samples: perHop, aim: { good: 2, aim: 1.25 } }];
}

async function boots(bench: Bench): Promise<Row[]> {
  const time: Samples = new Map();
  const idle: Samples = new Map();
  const filled: Samples = new Map();
  const version: Samples = new Map();
  const picture: Samples = new Map();
  const pictureMemory: Samples = new Map();
  const upstream = `http://127.0.0.1:${bench.upstream.port}`;
  const home = await makeHome(bench.folder, "boot", bench.upstream.port, 0);
  const token = await freellm(home, ["token"]);
  const serve = (port: number) => [BINARY, "serve", "--port", String(port)];
  const options = { env: { FREELLM_HOME: home, HOME: home }, cwd: home, token, restMs: quick ? 300 : 1_500 };
  const floor = (port: number) => [
    process.execPath,
    join(import.meta.dir, "floor.ts"),
    String(port),
    upstream,
  ];
  for (let round = 0; round < ROUNDS; round++) {
    const bare = await measureBoot(floor, { token: "none", restMs: options.restMs });
    add(time, "floor", bare.milliseconds);
    add(idle, "floor", bare.idleMegabytes);
    const booted = await measureBoot(serve, options);
    add(time, "freellm", booted.milliseconds);
    add(idle, "freellm", booted.idleMegabytes);
    for (let call = 0; call < 4; call++) add(version, "freellm", await measureVersion());
    const dash = await measureDash(bench.home, "bench-1");
    add(picture, "freellm", dash.milliseconds);
    add(pictureMemory, "freellm", dash.residentMegabytes);
  }
  await Bun.spawn([process.execPath, join(import.meta.dir, "fill.ts"), home, String(PAST_REQUESTS)], {
    stdout: "ignore",
    stderr: "inherit",
  }).exited;
  for (let round = 0; round < ROUNDS; round++) {
    add(filled, "freellm", (await measureBoot(serve, { ...options, restMs: 0 })).milliseconds);
  }
  return [
    { label: "exec to first answer", unit: "ms", samples: time, aim: { good: 8, aim: 3 } },
    { label: "the same with 1 M past requests", unit: "ms", samples: filled, aim: null },
    { label: "idle after the first answer", unit: "resident MB", samples: idle, aim: { good: 2, aim: 1.3 } },
    { label: "freellm --version", unit: "ms", samples: version, aim: null },
    { label: "freellm dash, exec to first picture", unit: "ms", samples: picture, aim: null },
    { label: "freellm dash, then", unit: "resident MB", samples: pictureMemory, aim: null },
  ];
}

/**
 * A just-in-time compiler needs tens of thousands of calls before it shows what it can: each subject serves as many before
 * anything else is measured, and what the first of them cost is a figure of its own.
 */
async function warmUp(bench: Bench, chat: Omit<Call, "durationMs" | "connections">): Promise<Row> {
  const cold: Samples = new Map();
  for (const subject of bench.subjects) {
    const first = await measure(subject, { ...chat, connections: 16, durationMs: 1_000 });
    if (subject.name !== "direct") add(cold, subject.name, first.cpuMicroseconds);
    const words = { ...chat, body: hello("chunks=10 every=0", true), connections: 16, durationMs: 500 };
    for (let served = 0; served < WARM_STREAMS; ) served += (await measure(subject, words, true)).requests;
    for (let served = 0; served < WARM_CALLS; ) {
      served += (await measure(subject, { ...chat, connections: 16, durationMs: 1_000 })).requests;
    }
  }
  return { label: "chat, in the first second", unit: "CPU us/request", samples: cold, aim: null };
}

/** Resident memory after 40,000 requests beside that after 10,000. */
async function growth(bench: Bench): Promise<Row[]> {
  const early: Samples = new Map();
  const late: Samples = new Map();
  const job = {
    path: "/v1/chat/completions",
    method: "POST" as const,
    body: hello("Hello"),
    connections: 16,
  };
  for (const subject of bench.subjects.filter(({ name }) => name !== "direct")) {
    let served = 0;
    for (const [limit, samples] of [[10_000, early] as const, [40_000, late] as const]) {
      while (served < limit) served += (await measure(subject, { ...job, durationMs: 500 })).requests;
      add(samples, subject.name, residentMegabytes(subject.pid));
    }
  }
  return [
    { label: "after 10,000 more requests", unit: "resident MB", samples: early, aim: null },
    { label: "after 40,000 more requests", unit: "resident MB", samples: late, aim: null },
  ];
}

if (!canMeasure()) throw new Error("the bench reads CPU time from /proc: it runs on Linux only");
if (!existsSync(BINARY)) throw new Error("dist/freellm is missing: npm run build");
const began = performance.now();
const bench = await startAll();
const rows: Row[] = [];
try {
  const chat = { path: "/v1/chat/completions", method: "POST" as const, body: hello("Hello") };
  rows.push(await warmUp(bench, chat));
  for (const connections of [1, 16, 64, 256]) {
    const aim = connections === 64 ? { good: 2, aim: 1.25 } : null;
    rows.push(...(await requests(bench, `chat, ${connections} clients`, { ...chat, connections }, aim)));
  }
  const large = { ...chat, body: hello("word ".repeat(13_107)), connections: 16 };
  rows.push(...(await requests(bench, "chat, 64 KB body, 16 clients", large, { good: 2, aim: 1.25 })));
  const models = { path: "/v1/models", method: "GET" as const, body: "", connections: 64 };
  rows.push(...(await requests(bench, "GET /v1/models, 64 clients", models, null)));
  rows.push(...(await latency(bench)), ...(await failover(bench)));
  rows.push(
    ...(await streams(bench, 100, 20, quick ? 1.5 : 4)),
    ...(await streams(bench, 1_000, 100, quick ? 2 : 4)),
  );
  if (!quick) rows.push(...(await growth(bench)));
  rows.push(...(await boots(bench)));
} finally {
  await bench.stop();
  rmSync(bench.folder, { recursive: true, force: true });
}
printTable(
  rows,
  bench.subjects.map(({ name }) => name),
);
console.log(
  "Each figure is a median with its smallest and largest round behind it. CPU is that of the proxy alone.",
);
if (!bench.subjects.some(({ name }) => name === "nginx")) console.log("nginx is not installed: left out.");
for (const problem of new Set(problems)) console.log(`PROBLEM: ${problem}`);
console.log(`${((performance.now() - began) / 1_000).toFixed(0)} s`);
process.exit(problems.length > 0 ? 1 : 0);
