/**
 * A process of its own, so that its memory is nobody else's: reads the reply of the URL given, `whole` or as a `stream`, and
 * prints what became of it. With a proxy, the URL is taken for one of another machine.
 */
import { existsSync, readFileSync } from "node:fs";
import { createOutbound } from "../../src/core/net/outbound.ts";
import { fixedClock, resolverOf } from "./scripted.ts";

const MOST = 32 * 1024 * 1024;
const [url = "", way = "whole", proxy = ""] = process.argv.slice(2);
const controller = new AbortController();
const { signal } = controller;
const outbound = createOutbound({ clock: fixedClock(), resolver: resolverOf({}) });
const request = { method: "GET", headers: {}, signal } as const;
const before = peakMemory();
const reply = await (proxy === ""
  ? outbound.send({ ...request, url })
  : outbound.send({ ...request, url: url.replace("127.0.0.1", "box.lan"), proxy }));
/** The most memory so far, in bytes. What getrusage says may be the parent's. */
function peakMemory(): number {
  const status = existsSync("/proc/self/status") ? readFileSync("/proc/self/status", "utf8") : "";
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? process.resourceUsage().maxRSS) * 1024;
}

async function stream(): Promise<string> {
  const reader = reply.reader();
  let bytes = 0;
  while (bytes < MOST) {
    const piece = await reader.read();
    if (piece === null) return "ended";
    bytes += piece.byteLength;
  }
  reader.cancel();
  return "read 32 MB and left";
}

const outcome = await (way === "whole" ? reply.text(MOST) : stream()).then(
  (text) => (way === "whole" ? "read" : text),
  (error: Error) => error.name,
);
// Given up, as every caller does in the end; the next reply comes after whatever that has led to.
controller.abort();
const next = await outbound.send({ ...request, url: `${url}/next`, signal: new AbortController().signal });
await next.text(MOST);
const grownBy = peakMemory() - before;
process.stdout.write(JSON.stringify({ outcome, grownBy }));
process.exit(0);
