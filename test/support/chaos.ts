/** Kills a loaded freellm again and again and counts what it remembers. */
import { addCustomKey, cli, type Freellm, startFreellm } from "./binary.ts";
import { answer } from "./steps.ts";
import { startUpstream } from "./upstream.ts";

export const CLIENTS = 8;
/** The upstream takes this long, so that there is always something in flight. */
const ANSWER_MS = 15;
/** More than one life uses: the cap is to be reached at the end only. */
const CAP_PER_LIFE = 250;

export interface ChaosReport {
  kills: number;
  cap: number;
  /** Calls that reached the upstream, over all lives. */
  left: number;
  /** Answers that a client had in full. */
  acknowledged: number;
  /** Calls that died with the server: proof that it was killed at work. */
  interrupted: number;
  /** Endpoints whose key was confirmed as added, and those that have one at the end. */
  keysAdded: string[];
  keysFound: string[];
}

interface KeyRow {
  provider: string;
}

/**
 * One endpoint with `cap` requests a day. In every life: load it, add a key, kill -9 as soon as that was confirmed.
 * At the end the rest of the cap is spent. `fraction` gives numbers in [0, 1).
 */
export async function chaos(home: string, kills: number, fraction: () => number): Promise<ChaosReport> {
  const cap = kills * CAP_PER_LIFE;
  const upstream = await startUpstream({ models: ["chaos"], otherwise: answer({ delayMs: ANSWER_MS }) });
  const spare = await startUpstream({ models: ["spare"] });
  const report: ChaosReport = {
    ...{ kills, cap, left: 0, acknowledged: 0, interrupted: 0 },
    ...{ keysAdded: [], keysFound: [] },
  };
  try {
    const main = { name: "main", baseUrl: upstream.baseUrl, key: "sk-made-up-main", models: ["chaos"] };
    await addCustomKey(home, { ...main, limits: { rpd: cap } });
    for (let life = 0; life < kills; life++) {
      const freellm = await start(home);
      const load = spend(freellm, report);
      await sleep(fraction() * 60);
      const key = `sk-made-up-spare-${life}`;
      const baseUrl = spare.baseUrl.replace("/v1", `/${life}/v1`);
      await addCustomKey(home, { name: `spare-${life}`, baseUrl, key, models: ["spare"] });
      report.keysAdded.push(`spare-${life}`);
      await freellm.kill9();
      await load;
    }
    const freellm = await start(home);
    await spend(freellm, report);
    const keys: KeyRow[] = JSON.parse((await cli(home, ["keys", "list", "--json"])).stdout).keys;
    report.keysFound = keys.map(({ provider }) => provider);
    report.left = upstream.calls.length;
    await freellm.stop();
    return report;
  } finally {
    await upstream.stop();
    await spare.stop();
  }
}

async function start(home: string): Promise<Freellm> {
  return await startFreellm({ home, env: { FREELLM_MAX_WAIT_MS: "0" } });
}

/** Calls without a pause, by all clients, until they are refused or the server is gone. */
async function spend(freellm: Freellm, report: ChaosReport): Promise<void> {
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      let status = await ask(freellm);
      for (; status === 200; status = await ask(freellm)) report.acknowledged++;
      if (status === undefined) report.interrupted++;
    }),
  );
}

/** Status of one chat call, or undefined when the server died under it. */
async function ask(freellm: Freellm): Promise<number | undefined> {
  try {
    const reply = await fetch(`${freellm.baseUrl}/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${freellm.token}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "chaos", messages: [{ role: "user", content: "Hello" }] }),
    });
    await reply.text();
    return reply.status;
  } catch {
    return undefined;
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
