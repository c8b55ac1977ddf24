/**
 * A process that trusts the tests' own authority (NODE_EXTRA_CA_CERTS, read at the start): makes the calls given as JSON on
 * stdin, all names leading to 127.0.0.1, and prints what became of each. `bytes`: POST with a body of so many.
 */
import * as v from "valibot";
import { createOutbound } from "../../src/core/net/outbound.ts";
import { classifyError } from "../../src/providers/classify/transport.ts";
import { fixedClock } from "./scripted.ts";

const Calls = v.array(
  v.object({ url: v.string(), proxy: v.optional(v.string()), bytes: v.optional(v.number()) }),
);

const outbound = createOutbound({
  clock: fixedClock(),
  resolver: { addresses: async () => ["127.0.0.1"] },
});
const { signal } = new AbortController();
const outcomes: string[] = [];
for (const { url, proxy, bytes } of v.parse(Calls, await Bun.stdin.json())) {
  try {
    const headers = { authorization: "Bearer made-up-key" };
    const more = proxy === undefined ? {} : { proxy };
    const sent = bytes === undefined ? {} : { method: "POST" as const, body: "x".repeat(bytes) };
    const reply = await outbound.send({ url, method: "GET", headers, signal, ...sent, ...more });
    const text = await reply.text(1 << 26);
    outcomes.push(`${reply.status} ${text.length > 100 ? text.length : text}`);
  } catch (error) {
    outcomes.push(classifyError({ name: "Example" }, error).rule);
  }
}
process.stdout.write(JSON.stringify(outcomes));
process.exit(0);
