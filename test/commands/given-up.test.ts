/** A server that takes no connection and refuses none, as it is behind a wall: whoever gives up is through at once. */
import net from "node:net";
import { beforeAll, expect, it } from "vitest";
import { addCustomKey, cli, ensureBinary, temporaryFolder } from "../support/binary.ts";

beforeAll(ensureBinary);

/** Listens and then never takes a turn again. */
const WALL = `
  const server = require("node:net").createServer();
  const { PORT } = process.env;
  server.listen({ port: Number(PORT), host: "127.0.0.1", backlog: 1 }, () => {
    require("node:fs").writeSync(1, "listening");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

// Elsewhere a full queue refuses.
it.skipIf(process.platform !== "linux")(
  "doctor --online ends with its last line, not with the attempt to connect",
  async () => {
    using folder = temporaryFolder();
    const port = await freePort();
    const baseUrl = `http://127.0.0.1:${port}/v1`;
    await addCustomKey(folder.path, { name: "home", baseUrl, key: null, models: ["m"] });
    const wall = Bun.spawn([process.execPath, "-e", WALL], {
      env: { ...process.env, PORT: `${port}` },
      stdout: "pipe",
    });
    const waiting: net.Socket[] = [];
    try {
      await wall.stdout.getReader().read();
      // The queue is full with these.
      for (let number = 0; number < 4; number++)
        waiting.push(net.connect(port, "127.0.0.1").on("error", () => {}));
      await new Promise((resolve) => waiting[0]?.once("connect", resolve));
      const { stdout } = await cli(folder.path, ["doctor", "--json", "--online"], {
        env: { FREELLM_PORT: "0" },
      });
      const { checks } = JSON.parse(stdout) as { checks: { id: string; message: string }[] };
      expect(checks.find(({ id }) => id === "reach")?.message).toBe(
        "home cannot be reached: no answer in time.",
      );
    } finally {
      for (const socket of waiting) socket.destroy();
      wall.kill("SIGKILL");
    }
  },
  30_000,
);
