/**
 * Calls of the program to its own server. By node:http, which takes no notice of HTTP_PROXY; Bun's fetch would send even
 * a loopback call to it.
 */
import { type IncomingMessage, request } from "node:http";

export interface LocalCall {
  url: string;
  method: "GET" | "POST";
  token?: string;
  /** Sent as JSON. */
  body?: unknown;
  /** How long the headers of the answer may take, in milliseconds. */
  timeoutMs: number;
  /** Gives up while there is no answer yet. */
  signal?: AbortSignal;
}

/** The answer with its body still to be read. Rejects when no answer came in time. */
export function call({
  url,
  method,
  token,
  body,
  timeoutMs,
  signal: given,
}: LocalCall): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers: Record<string, string> = {};
    if (token !== undefined) headers.authorization = `Bearer ${token}`;
    if (body !== undefined) headers["content-type"] = "application/json";
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = given === undefined ? timeout : AbortSignal.any([timeout, given]);
    const outgoing = request(url, { method, headers, agent: false });
    const giveUp = (): void =>
      void outgoing.destroy(
        new Error(given?.aborted ? "given up" : `no answer within ${timeoutMs / 1000} s`),
      );
    signal.addEventListener("abort", giveUp, { once: true });
    outgoing.once("response", (incoming) => {
      signal.removeEventListener("abort", giveUp);
      resolve(incoming);
    });
    outgoing.once("error", reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** The whole body as text. */
export async function bodyText(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
