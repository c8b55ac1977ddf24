/**
 * Many mixed requests against the compiled program, a part of them given up half-way: does its memory grow, do its file
 * descriptors? `bun test/soak/run.ts [REQUESTS [KIND,...]]`; ends with exit code 1 when they do. Without kinds it takes all:
 * plain, tools, slow, cut, failing, limited, and aborts. Linux only: reads /proc.
 */
import { readdirSync, readFileSync } from "node:fs";
import {
  addCustomKey,
  ensureBinary,
  type Freellm,
  startFreellm,
  temporaryFolder,
} from "../support/binary.ts";
import { answer, cutAfter, failure, type Step, tooMany } from "../support/steps.ts";
import { startUpstream } from "../support/upstream.ts";

const CLIENTS = 16;
const KIBIBYTE = 1024;
const MEGABYTE = 1024 * KIBIBYTE;
/** Caches, pools and compiled code fill up first: growth is taken over the rest. */
const WARM_UP = 0.3;
const MOST_GROWTH = MEGABYTE;
const PER_REQUESTS = 10_000;
/** Sockets that happen to be open at the moment of a sample. */
const MOST_DESCRIPTORS = 32;

interface Sample {
  requests: number;
  /** Bytes. */
  resident: number;
  descriptors: number;
}

const TEXT = "The quick brown fox jumps over the lazy dog, again and again. ".repeat(4);
const TOOL = { type: "function", function: { name: "look_up", parameters: { type: "object" } } };
const call = [{ name: "look_up", arguments: '{"term":"soak"}' }];

/** What the preferred upstream does, by the model that is asked for. The other one always answers. */
const STEPS: Record<string, Step> = {
  plain: answer({ content: TEXT }),
  tools: answer({ tools: call }),
  slow: answer({ content: TEXT, tokenMs: 2 }),
  cut: cutAfter(10, { content: TEXT }),
  failing: failure(503),
  limited: tooMany(1),
};
const kinds = process.argv[3]?.split(",") ?? [...Object.keys(STEPS), "aborts"];
const MODELS = Object.keys(STEPS).filter((name) => kinds.includes(name));

/** Fewer say little: the memory of a garbage collector swings by fifteen megabytes. */
const requests = Number(process.argv[2] ?? 250_000);
await ensureBinary();
using folder = temporaryFolder();
const step: Step = (exchange) => (STEPS[exchange.call.body?.model ?? ""] ?? answer())(exchange);
const first = await startUpstream({ models: MODELS, otherwise: step });
const second = await startUpstream({ models: MODELS, otherwise: answer({ content: TEXT }) });
for (const [name, { baseUrl }] of Object.entries({ first, second })) {
  await addCustomKey(folder.path, { name, baseUrl, key: `sk-made-up-${name}`, models: MODELS });
}
const freellm = await startFreellm({ home: folder.path, env: { FREELLM_LOG_LEVEL: "error" } });
const samples: Sample[] = [];
const outcomes = { answered: 0, refused: 0, givenUp: 0, broken: 0 };
let started = 0;
const every = Math.max(1, Math.floor(requests / 200));

await Promise.all(
  Array.from({ length: CLIENTS }, async () => {
    while (started < requests) {
      const number = started++;
      outcomes[await ask(freellm, number)]++;
      if (number % every === 0) sample(number);
      // What the scripted upstreams remember is not under test.
      for (const upstream of [first, second]) upstream.calls.length = Math.min(upstream.calls.length, 100);
    }
  }),
);
sample(requests);

const steady = samples.filter((one) => one.requests >= requests * WARM_UP);
const growth = growthOf(steady) * PER_REQUESTS;
const descriptors = steady.map((one) => one.descriptors);
const spread = Math.max(...descriptors) - Math.min(...descriptors);
console.log(
  `${requests} requests: ${outcomes.answered} answered, ${outcomes.givenUp} given up, ${outcomes.broken} broken, ` +
    `${outcomes.refused} refused`,
);
console.log(`memory: ${(growth / KIBIBYTE).toFixed(0)} KiB more for each ${PER_REQUESTS} requests`);
console.log(`file descriptors: ${Math.min(...descriptors)} to ${Math.max(...descriptors)}`);
const code = await freellm.stop();
await first.stop();
await second.stop();
const right = growth < MOST_GROWTH && spread <= MOST_DESCRIPTORS && code === 0;
console.log(right ? "steady" : "NOT STEADY");
process.exit(right ? 0 : 1);

/**
 * Bytes more for each request: the lowest point of the later half against that of the earlier one, because between two
 * garbage collections memory goes up and down by more than a leak would add.
 */
function growthOf(steady: readonly Sample[]): number {
  const middle = Math.floor(steady.length / 2);
  const [earlier, later] = [steady.slice(0, middle), steady.slice(middle)];
  const lowest = (part: readonly Sample[]): number => Math.min(...part.map(({ resident }) => resident));
  const distance = ((steady.at(-1)?.requests ?? 0) - (steady[0]?.requests ?? 0)) / 2;
  return (lowest(later) - lowest(earlier)) / Math.max(1, distance);
}

/** One request; every fifth is given up, at a different moment each time. */
async function ask({ baseUrl, token }: Freellm, number: number): Promise<keyof typeof outcomes> {
  const model = MODELS[number % MODELS.length];
  const leaves = kinds.includes("aborts") && number % 5 === 3;
  const abort = new AbortController();
  const body = {
    model,
    stream: number % 7 !== 0,
    messages: [{ role: "user", content: `Request ${number}` }],
    ...(model === "tools" ? { tools: [TOOL] } : {}),
  };
  try {
    const reply = await fetch(`${baseUrl}/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: leaves ? AbortSignal.any([abort.signal, AbortSignal.timeout(number % 40)]) : null,
    });
    if (leaves && number % 2 === 0) {
      await reply.body?.getReader().read();
      abort.abort();
      return "givenUp";
    }
    const text = await reply.text();
    if (reply.status !== 200) return "refused";
    return text.includes('"error"') ? "broken" : "answered";
  } catch {
    return leaves ? "givenUp" : "broken";
  }
}

function sample(number: number): void {
  const status = readFileSync(`/proc/${freellm.pid}/status`, "utf8");
  const resident = Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * KIBIBYTE;
  const descriptors = readdirSync(`/proc/${freellm.pid}/fd`).length;
  samples.push({ requests: number, resident, descriptors });
  if (samples.length % 10 === 1)
    console.log(`${number}: ${(resident / MEGABYTE).toFixed(1)} MiB, ${descriptors} file descriptors`);
}
