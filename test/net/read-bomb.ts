/** A process of its own, so that its memory is nobody else's: reads the reply of the URL given, prints what became of it. */
import { createOutbound } from "../../src/core/net/outbound.ts";
import { fixedClock, resolverOf } from "./scripted.ts";

const [url = ""] = process.argv.slice(2);
const signal = new AbortController().signal;
const reply = await createOutbound({ clock: fixedClock(), resolver: resolverOf({}) }).send({
  url,
  method: "GET",
  headers: {},
  signal,
});
const before = process.memoryUsage.rss();
const outcome = await reply.text(32 * 1024 * 1024).then(
  () => "read",
  (error: Error) => error.name,
);
process.stdout.write(JSON.stringify({ outcome, grownBy: process.memoryUsage.rss() - before }));
