/** A Gemini on a real socket that refuses what the real one refuses, in its own words. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { bodyFaults } from "./rules.ts";

type Json = Record<string, unknown>;
type Part = Json;

export interface GeminiCall {
  model: string;
  method: string;
  headers: IncomingMessage["headers"];
  body: {
    contents: { role: string; parts: Part[] }[];
    generationConfig?: Json;
    tools?: unknown;
    systemInstruction?: unknown;
  };
  /** What was refused; empty for an answer. */
  faults: string[];
}

export interface GeminiUpstream {
  /** For `--base-url`. */
  baseUrl: string;
  calls: GeminiCall[];
  /** Signatures in the order in which they were handed out. */
  signatures: string[];
  stop(): Promise<void>;
}

const USAGE = { promptTokenCount: 11, candidatesTokenCount: 7, thoughtsTokenCount: 5, totalTokenCount: 23 };

export async function startGemini(key: string): Promise<GeminiUpstream> {
  const calls: GeminiCall[] = [];
  const signatures: string[] = [];

  async function take(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    let text = "";
    for await (const piece of incoming) text += piece;
    const url = new URL(incoming.url ?? "/", "http://gemini");
    const { authorization, "x-goog-api-key": given } = incoming.headers;
    const credentials = [authorization, given, url.searchParams.get("key")].filter((one) => one != null);
    if (credentials.length > 1) return refuse(outgoing, 400, "Multiple authentication credentials received.");
    if (given !== key)
      return refuse(outgoing, 400, "API key not valid. Please pass a valid API key.", "API_KEY_INVALID");
    if (incoming.method === "GET")
      return reply(outgoing, 200, { models: [{ name: "models/gemini-3.5-flash" }] });
    const [, model = "", method = ""] = /^\/v1beta\/models\/([^/:]+):(\w+)$/.exec(url.pathname) ?? [];
    const body = JSON.parse(text);
    const faults = bodyFaults(model, body, new Set(signatures));
    if (method === "streamGenerateContent" && url.searchParams.get("alt") !== "sse")
      faults.push("no alt=sse");
    calls.push({ model, method, headers: incoming.headers, body, faults });
    if (faults.length > 0) return refuse(outgoing, 400, faults.join("\n"));
    answer(outgoing, method, chunksFor(model, body));
  }

  function chunksFor(model: string, body: GeminiCall["body"]): Json[] {
    const number = calls.length;
    const chunk = (parts: Part[], finishReason?: string): Json => ({
      candidates: [{ content: { parts, role: "model" }, index: 0, ...(finishReason && { finishReason }) }],
      usageMetadata: finishReason ? USAGE : { promptTokenCount: 11, totalTokenCount: 11 },
      modelVersion: model,
      responseId: `response-${number}`,
    });
    const parts = body.contents.flatMap((turn) => turn.parts);
    if (parts.some((part) => String(part.text).includes("forbidden")))
      return [
        { promptFeedback: { blockReason: "PROHIBITED_CONTENT" }, usageMetadata: { promptTokenCount: 3 } },
      ];
    const responses = parts.flatMap((part) =>
      part.functionResponse === undefined ? [] : [part.functionResponse],
    );
    if (body.tools !== undefined && responses.length === 0) {
      const places = ["Paris", "Rome"].map(
        (city): Part => ({ functionCall: { name: "get_weather", args: { city } } }),
      );
      const signature = Buffer.from(`sealed thought ${number}`).toString("base64");
      signatures.push(signature);
      // Only the first of parallel calls carries one.
      const [first, second] = places;
      return [chunk([{ ...first, thoughtSignature: signature }]), chunk([{ ...second }]), chunk([], "STOP")];
    }
    const shown = parts.flatMap(
      (part) => (part.inlineData as { mimeType: string } | undefined)?.mimeType ?? [],
    );
    const isJson = body.generationConfig?.responseMimeType === "application/json";
    const said =
      (isJson ? '{"city":"Paris"}' : "") ||
      [...responses.map((response) => JSON.stringify(response)), ...shown].join(" ") ||
      "All is well.";
    return [
      chunk([{ text: "Let me see.", thought: true }]),
      chunk([{ text: said }]),
      chunk([{ text: "" }], "STOP"),
    ];
  }

  const server = createServer((incoming, outgoing) => {
    take(incoming, outgoing).catch((error) => refuse(outgoing, 500, String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1beta`,
    calls,
    signatures,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(outgoing: ServerResponse, method: string, chunks: Json[]): void {
  if (method === "streamGenerateContent") {
    outgoing.writeHead(200, { "content-type": "text/event-stream" });
    for (const chunk of chunks) outgoing.write(`data: ${JSON.stringify(chunk)}\r\n\r\n`);
    outgoing.end();
    return;
  }
  const parts = chunks.flatMap(({ candidates }) =>
    ((candidates ?? []) as { content: { parts: Part[] } }[]).flatMap(({ content }) => content.parts),
  );
  const last = chunks.at(-1) as { candidates?: Json[] };
  reply(outgoing, 200, {
    ...last,
    ...(last.candidates && { candidates: [{ ...last.candidates[0], content: { role: "model", parts } }] }),
  });
}

function refuse(outgoing: ServerResponse, code: number, message: string, reason?: string): void {
  const details =
    reason === undefined ? [] : [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason }];
  reply(outgoing, code, { error: { code, message, status: "INVALID_ARGUMENT", details } });
}

function reply(outgoing: ServerResponse, status: number, body: unknown): void {
  outgoing.writeHead(status, { "content-type": "application/json; charset=UTF-8" }).end(JSON.stringify(body));
}
