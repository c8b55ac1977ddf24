/** Clients that leave at any moment, also between the headers and the first byte, leave no call behind. */
import { expect, it } from "vitest";
import { addCustomKey, ensureBinary, startFreellm, temporaryFolder } from "../support/binary.ts";
import { answer } from "../support/steps.ts";
import { startUpstream } from "../support/upstream.ts";

const LONG = "word ".repeat(400);

it("600 clients that leave within 40 ms: every call that left for them is given up", {
  timeout: 60_000,
}, async () => {
  await ensureBinary();
  using folder = temporaryFolder();
  const upstream = await startUpstream({ models: ["m"], otherwise: answer({ content: LONG, tokenMs: 50 }) });
  try {
    await addCustomKey(folder.path, {
      name: "m",
      baseUrl: upstream.baseUrl,
      key: "sk-made-up",
      models: ["m"],
    });
    const freellm = await startFreellm({ home: folder.path });
    const leave = async (number: number): Promise<void> => {
      const signal = AbortSignal.timeout(number % 40);
      const body = JSON.stringify({
        model: "m",
        stream: true,
        messages: [{ role: "user", content: "Hello" }],
      });
      const headers = { authorization: `Bearer ${freellm.token}`, "content-type": "application/json" };
      await fetch(`${freellm.baseUrl}/chat/completions`, { method: "POST", headers, body, signal })
        .then((reply) => reply.text())
        .catch(() => {});
    };
    for (let number = 0; number < 600; number += 20) {
      await Promise.all(Array.from({ length: 20 }, (_, index) => leave(number + index)));
    }
    const open = () => upstream.calls.filter(({ abortedAt }) => abortedAt === null).length;
    // Each answer would go on for twenty seconds.
    await expect.poll(open, { timeout: 5_000 }).toBe(0);
    expect(upstream.calls.length).toBeGreaterThan(100);
    expect(await freellm.stop()).toBe(0);
  } finally {
    await upstream.stop();
  }
});
