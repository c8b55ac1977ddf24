/**
 * A process of its own, so that its memory is nobody else's: reads the reply of the URL given, `whole` or as a `stream`, and
 * prints what became of it. With a proxy, the URL is taken for one of another machine.
 */
import { createOutbound } from "../../src/core/net/outbound.ts";
import { fixedClock, resolverOf } from "./scripted.ts";

const MOST = 32 * 1024 * 1024;
const [url = "", way = "whole", proxy = ""] = process.argv.slice(2);
const { signal } = new AbortController();
const outbound = createOutbound({ clock: fixedClock(), resolver: resolverOf({}) });
const request = { method: "GET", headers: {}, signal } as const;
const reply = await (proxy === ""
  ? outbound.send({ ...request, url })
  : outbound.send({ ...request, url: url.replace("127.0.0.1", "box.lan"), proxy }));
const before = process.memoryUsage.rss();
let peak = before;

async function stream(): Promise<string> {
  const reader = reply.reader();
  let bytes = 0;
  while (bytes < MOST) {
    const { done, value } = await reader.read();
    if (done) return "ended";
    bytes += value.byteLength;
    peak = Math.max(peak, process.memoryUsage.rss());
  }
  await reader.cancel();
  return "read 32 MB and left";
}

const outcome = await (way === "whole" ? reply.text(MOST) : stream()).then(
  (text) => (way === "whole" ? "read" : text),
  (error: Error) => error.name,
);
peak = Math.max(peak, process.memoryUsage.rss());
process.stdout.write(JSON.stringify({ outcome, grownBy: peak - before }));
process.exit(0);
