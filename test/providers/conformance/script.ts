/** What a simulated upstream is to say next, free of any wire: each dialect puts it into its own words. */

export interface ScriptedCall {
  id: string;
  name: string;
  arguments: Record<string, unknown>;
}

export const USAGE_PLACES = ["last_chunk", "extra_chunk", "every_chunk", "x_groq", "choice"] as const;
export type UsagePlace = (typeof USAGE_PLACES)[number];

export interface Script {
  text?: string;
  reasoning?: string;
  calls?: readonly ScriptedCall[];
  /** Where the wire has several. */
  usagePlace?: UsagePlace;
  /** In place of an answer: this reply, once. */
  failure?: { status: number; contentType: string; body: string };
}

/** What every answer costs. */
export const COUNTED = { input: 21, output: 9 };

/** A reply, in pieces that are written one after the other. */
export interface WireReply {
  status: number;
  headers: Record<string, string>;
  pieces: readonly string[];
}

export interface WireRequest {
  method: string;
  path: string;
  headers: Record<string, string | string[] | undefined>;
  /** Parsed JSON; undefined when it is none. */
  body: unknown;
}

/** A provider as its wire shows it. */
export interface SimulatedWire {
  /** Why this provider would refuse the request; null when it takes it. */
  refusal(request: WireRequest): WireReply | null;
  answer(request: WireRequest, script: Script): WireReply;
}
