/** Events that are followed line by line outlast a break of the connection. */
import { afterEach, expect, it, vi } from "vitest";
import { lastingEvents } from "../../src/commands/dash/server.ts";
import { GapError, type NumberedEvent } from "../../src/tui/source.ts";

afterEach(() => vi.restoreAllMocks());

const event = (sequence: number): NumberedEvent => ({
  ...{ sequence, event: { type: "rest-cleared", scope: "key:a-1" } },
});

/** A server whose connections each give some events, then break (or end); every one lasts `lastMs`. */
function serverOf(connections: readonly (readonly [number[], Error | null])[], lastMs: number) {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  const asked: number[] = [];
  return {
    asked,
    async *events(after: number): AsyncGenerator<NumberedEvent[]> {
      const [sequences, error] = connections[asked.length] ?? [[], new Error("connection refused")];
      asked.push(after);
      yield sequences.map(event);
      now += lastMs;
      if (error) throw error;
    },
  };
}

async function sequencesOf(server: Parameters<typeof lastingEvents>[0]): Promise<number[]> {
  const seen: number[] = [];
  for await (const entries of lastingEvents(server, 5, new AbortController().signal)) {
    seen.push(...entries.map(({ sequence }) => sequence));
  }
  return seen;
}

it("a good connection that broke is taken up where it was", async () => {
  const server = serverOf(
    [
      [[6, 7], new Error("aborted")],
      [[], new Error("aborted")],
      [[8], null],
    ],
    40_000,
  );
  expect(await sequencesOf(server)).toEqual([6, 7, 8]);
  expect(server.asked).toEqual([5, 7, 7]);
});

it("one that breaks at once is not", async () => {
  const server = serverOf([[[6], new Error("aborted")]], 10);
  await expect(sequencesOf(server)).rejects.toThrow("aborted");
  expect(server.asked).toEqual([5]);
});

it("who missed events is told so", async () => {
  const server = serverOf([[[6], new GapError("missed")]], 40_000);
  await expect(sequencesOf(server)).rejects.toThrow(GapError);
});
