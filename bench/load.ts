/**
 * The load generator, a process of its own: HTTP/1.1 by hand on kept-alive sockets, so that it costs little.
 * `bun bench/load.ts '<Job as JSON>'` prints JSON lines; the last one is the result.
 */
import type { Socket } from "bun";

export interface Job {
  port: number;
  path: string;
  method: "GET" | "POST";
  token: string;
  body: string;
  connections: number;
  /** Requests one after the other on each connection for this long; 0: one request on each. */
  durationMs: number;
  /** The answers are streams of `bench/upstream.ts`: events and first tokens are counted. */
  streaming: boolean;
}

export interface LoadResult {
  requests: number;
  /** Answers with a status other than 200, and connections that broke. */
  errors: number;
  seconds: number;
  /** Microseconds. */
  p50: number;
  p99: number;
  /** Until the first SSE event with content. */
  firstTokenP50: number;
  /** SSE events received, and streams that came to their `[DONE]`. */
  events: number;
  complete: number;
}

interface State {
  sentAt: number;
  unsent: Uint8Array;
  /** The part of the answer that is still needed to find its end. */
  tail: Buffer;
  headersDone: boolean;
  /** Bytes of body still to come; -1 when the body is chunked. */
  left: number;
  firstToken: boolean;
}

const job = JSON.parse(process.argv[2] ?? "{}") as Job;
const request = Buffer.from(
  `${job.method} ${job.path} HTTP/1.1\r\nHost: 127.0.0.1:${job.port}\r\nAuthorization: Bearer ${job.token}\r\n` +
    (job.method === "POST"
      ? `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(job.body)}\r\n\r\n${job.body}`
      : "\r\n"),
);

const latencies: number[] = [];
const firstTokens: number[] = [];
let errors = 0;
let events = 0;
let complete = 0;
let opened = 0;
let closed = 0;
const started = performance.now();

function send(socket: Socket<State>): void {
  Object.assign(socket.data, {
    sentAt: performance.now(),
    unsent: request,
    tail: Buffer.alloc(0),
    headersDone: false,
    left: 0,
    firstToken: false,
  } satisfies State);
  flush(socket);
}

function flush(socket: Socket<State>): void {
  const written = socket.write(socket.data.unsent);
  socket.data.unsent = socket.data.unsent.subarray(Math.max(0, written));
}

function readHeaders(state: State, bytes: Buffer): Buffer | undefined {
  const seen = state.tail.length === 0 ? bytes : Buffer.concat([state.tail, bytes]);
  const end = seen.indexOf("\r\n\r\n");
  if (end === -1) {
    state.tail = Buffer.from(seen);
    return undefined;
  }
  const text = seen.toString("latin1", 0, end);
  if (!text.startsWith("HTTP/1.1 200")) errors++;
  const length = /content-length: *(\d+)/i.exec(text);
  state.left = length === null ? -1 : Number(length[1]);
  state.headersDone = true;
  state.tail = Buffer.alloc(0);
  return seen.subarray(end + 4);
}

/** Whether the answer is complete now. */
function readBody(state: State, body: Buffer): boolean {
  if (job.streaming) countEvents(state, body);
  if (state.left >= 0) {
    state.left -= body.length;
    return state.left <= 0;
  }
  const end = state.tail.length === 0 ? body : Buffer.concat([state.tail, body]);
  state.tail = Buffer.from(end.subarray(-5));
  return state.tail.toString("latin1") === "0\r\n\r\n";
}

function countEvents(state: State, body: Buffer): void {
  for (let at = body.indexOf("data: "); at !== -1; at = body.indexOf("data: ", at + 6)) events++;
  if (!state.firstToken && body.includes('"content":" some')) {
    state.firstToken = true;
    firstTokens.push(performance.now() - state.sentAt);
    if (job.durationMs === 0 && firstTokens.length === job.connections)
      console.log(JSON.stringify({ open: true, events }));
  }
  if (body.includes("[DONE]")) complete++;
}

function finishOne(socket: Socket<State>): void {
  latencies.push(performance.now() - socket.data.sentAt);
  if (performance.now() - started < job.durationMs) send(socket);
  else socket.end();
}

async function open(): Promise<void> {
  opened++;
  await Bun.connect<State>({
    hostname: "127.0.0.1",
    port: job.port,
    data: {} as State,
    socket: {
      open(socket) {
        send(socket);
      },
      drain: flush,
      data(socket, bytes) {
        const { data } = socket;
        const body = data.headersDone ? bytes : readHeaders(data, bytes);
        if (body !== undefined && readBody(data, body)) finishOne(socket);
      },
      close() {
        if (++closed === job.connections) report();
      },
      error() {
        errors++;
      },
    },
  });
}

function percentile(values: number[], part: number): number {
  values.sort((a, b) => a - b);
  return Math.round((values[Math.floor(values.length * part)] ?? 0) * 1_000);
}

function report(): void {
  const result: LoadResult = {
    requests: latencies.length,
    errors,
    seconds: (performance.now() - started) / 1_000,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    firstTokenP50: percentile(firstTokens, 0.5),
    events,
    complete,
  };
  console.log(JSON.stringify(result));
  process.exit(0);
}

// A listen queue has an end: connections come in fifties.
while (opened < job.connections) {
  await Promise.all(Array.from({ length: Math.min(50, job.connections - opened) }, open));
}
