/** What the tests of single faults need beyond the common stage. */
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { addCustomKeyTo, type CustomKey, cli } from "../../support/binary.ts";
import type { Stage } from "../../support/stage.ts";
import type { Step } from "../../support/steps.ts";
import { startUpstream, type Upstream, type UpstreamOptions } from "../../support/upstream.ts";

/** One more provider with one model; it is gone after the test. */
export async function addProvider(
  stage: Stage,
  name: string,
  step: Step | null,
  more: Partial<CustomKey> & Pick<UpstreamOptions, "refusesKey"> = {},
): Promise<Upstream> {
  const { refusesKey, ...custom } = more;
  const models = custom.models ?? [name];
  const upstream = await startUpstream({
    models,
    ...(step === null ? {} : { otherwise: step }),
    ...(refusesKey === undefined ? {} : { refusesKey }),
  });
  onTestFinished(() => upstream.stop());
  await addCustomKeyTo(stage.freellm, {
    ...{ name, baseUrl: upstream.baseUrl, key: `sk-made-up-${name}`, models },
    ...custom,
  });
  return upstream;
}

/** Milliseconds from each call to the next. */
export function pauses({ calls }: Upstream): number[] {
  return calls.slice(1).map(({ at }, index) => at - (calls[index]?.at ?? 0));
}

/** Resolves as soon as `condition` holds; rejects when that takes longer than `withinMs`. */
export async function eventually(what: string, condition: () => boolean, withinMs = 5_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await sleep(2);
  }
}

export interface KeyRow {
  id: string;
  provider: string;
  account: string;
  state: string;
}

export async function keysOf(stage: Stage): Promise<KeyRow[]> {
  const listed: { keys: KeyRow[] } = JSON.parse((await cli(stage.home, ["keys", "list", "--json"])).stdout);
  return listed.keys;
}
