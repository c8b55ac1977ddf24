/** `freellm sim`: the router against simulated providers in virtual time. Needs no key, no network and no server. */
import { type Command, InvalidArgumentError } from "commander";
import { Zones } from "../core/chat/zone.ts";
import { CommandError } from "../core/command.ts";
import { limitText } from "../core/route/limits.ts";
import {
  type CapReport,
  capReports,
  checkWorld,
  dayWorld,
  MemoryLedger,
  PROPERTIES,
  randomWorld,
  type SimParts,
  type SimResult,
  type SimWorld,
  simulate,
  type Violation,
} from "../core/sim/index.ts";
import { Calendar, CapBooks } from "../providers/simulated/index.ts";
import type { Context } from "./context.ts";
import { isoTime } from "./moment.ts";
import { wholeNumber, withExamples } from "./options.ts";

interface SimOptions {
  seed: number;
  schedules?: number;
  days: number;
  json?: boolean;
}

/** Schedules between two looks at the terminal. */
const ROUND = 50;
const MOST_DAYS = 90;

export function define(command: Command, context: Context): void {
  command
    .description(
      "Run the router against simulated providers in virtual time: some days with a small fleet, or, with " +
        "--schedules, many random worlds in which the properties of the router are checked.",
    )
    .option("--seed <number>", "where chance begins; the same seed gives the same run", wholeNumber, 1)
    .option("--schedules <number>", "check so many random worlds, from the seed on", wholeNumber)
    .option("--days <number>", "length of the simulated time", daysOf, 1)
    .option("--json", "print JSON")
    .action(async ({ seed, schedules, days }: SimOptions) => {
      if (schedules === undefined) await simulateDays(context, seed, days);
      else await checkSchedules(context, seed, schedules);
    });
  withExamples(
    command,
    "freellm sim",
    "freellm sim --seed 7 --days 3",
    "freellm sim --schedules 10000",
    "freellm sim --seed 4711 --schedules 1     run a failing seed again",
  );
}

function daysOf(text: string): number {
  const days = wholeNumber(text);
  if (days <= MOST_DAYS) return days;
  throw new InvalidArgumentError(`It must be at most ${MOST_DAYS} days.`);
}

function simParts(): SimParts {
  const calendar = new Calendar();
  return {
    createBooks: ({ limits, tokensDated }) =>
      new CapBooks((model) => limits.get(model) ?? [], tokensDated, calendar),
    createLedger: () => new MemoryLedger(),
    zones: new Zones(),
    windowOf: (window, zone, at) => calendar.windowOf(window, zone, at),
  };
}

async function simulateDays(context: Context, seed: number, days: number): Promise<void> {
  const world = dayWorld(seed, days);
  const parts = simParts();
  const result = await simulate(world, parts, { witnessed: true, traced: true });
  if (result.violation) throw violated(result.violation, seed, `freellm sim --seed ${seed} --days ${days}`);
  const caps = capReports(world, result, parts.windowOf);
  if (context.output.json) printJson(context, world, result, caps);
  else printDays(context, world, result, caps);
}

function printJson(
  { output }: Context,
  world: SimWorld,
  { totals, trace }: SimResult,
  caps: CapReport[],
): void {
  const rows = caps.map(({ name, limit, calls, peak, share }) => ({
    ...{ name, metric: limit.metric, window: limit.window, cap: limit.cap, calls, peak },
    usedPercent: share === null ? null : Math.round(share * 1_000) / 10,
  }));
  const { seed, start, end } = world;
  const run = { seed, start: isoTime(start), end: isoTime(end), trace, totals, caps: rows };
  output.data({ simulations: [run] });
}

function printDays(
  { output }: Context,
  world: SimWorld,
  { totals, trace }: SimResult,
  caps: CapReport[],
): void {
  output.line(`Simulated from ${isoTime(world.start)} to ${isoTime(world.end)}, seed ${world.seed}.`);
  output.line();
  const fleet = world.providers.map(({ routed, models, keys, limits }) => [
    routed.name,
    models.map(({ name }) => name).join(", "),
    String(keys.length),
    ([...limits.values()][0] ?? []).map(limitWords).join("; "),
  ]);
  output.table(["PROVIDER", "MODELS", "KEYS", "LIMITS, FOR EACH MODEL AND KEY"], fleet);
  output.line();
  const rows: [string, string][] = [
    ["requests", `${totals.requests}: ${totals.served} served, ${totals.exhausted} told to come back later`],
    ["", `${totals.broken} broke off, ${totals.gone} left by the client, ${totals.cut} cut by a restart`],
    ["decisions", `${totals.decisions}; ${totals.failovers} requests needed more than one`],
    ["429s", `${totals.capped} caused by freellm`],
    ["restarts", String(totals.restarts)],
    ["trace", trace],
  ];
  for (const [name, value] of rows) output.line(`${output.paint.bold(name.padEnd(11))}${value}`);
  output.line();
  output.table(
    ["KEY AND MODEL", "LIMIT", "CALLS", "FULLEST WINDOW"],
    caps.map(({ name, limit, calls, share }) => [
      // Its end names the limit, which has a column of its own here.
      name.replace(/, [^,]*$/, ""),
      limitWords(limit),
      String(calls),
      share === null ? "" : `${(share * 100).toFixed(1)} %`,
    ]),
  );
}

function limitWords(limit: CapReport["limit"]): string {
  const { metric, reset } = limit;
  const zone = typeof reset === "object" ? ` (${reset.zone})` : reset === "refill" ? " (refilling)" : "";
  return `${limitText(limit)}${metric === "concurrency" ? "" : zone}`;
}

async function checkSchedules({ output }: Context, seed: number, schedules: number): Promise<void> {
  const parts = simParts();
  const totals = { requests: 0, decisions: 0, restarts: 0 };
  for (let done = 0; done < schedules; done++) {
    if (done % ROUND === 0) {
      output.progress(`${done} of ${schedules} schedules, ${totals.requests} requests`);
      // Ctrl-C is heard between the rounds.
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { violation, result } = await checkWorld(randomWorld(seed + done), parts);
    if (violation) {
      output.progress("");
      throw violated(violation, seed + done, `freellm sim --seed ${seed + done} --schedules 1`);
    }
    totals.requests += result.totals.requests;
    totals.decisions += result.totals.decisions;
    totals.restarts += result.totals.restarts;
  }
  output.progress("");
  if (output.json) {
    const properties = Object.keys(PROPERTIES);
    output.data({ checks: [{ seed, schedules, ...totals, properties, violations: 0 }] });
    return;
  }
  output.line(
    `${schedules} schedules from seed ${seed}: ${totals.requests} requests, ${totals.decisions} decisions, ` +
      `${totals.restarts} restarts; every property held:`,
  );
  for (const text of Object.values(PROPERTIES)) output.line(`  ${text}`);
}

function violated({ property, at, reason }: Violation, seed: number, command: string): CommandError {
  const message = `Seed ${seed} breaks a property at ${isoTime(at)}: ${PROPERTIES[property]}.\n${reason}`;
  return new CommandError("property_violated", message, `Run it again: ${command}`);
}
