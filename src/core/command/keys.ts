/** Keys in the contract: what can be asked about them, and how they are shown. */
import type { KeyState } from "../route/event.ts";

/** Limits of a custom endpoint's models on one account; absent means unlimited. */
export interface CustomLimits {
  rpm?: number;
  rpd?: number;
  tpm?: number;
  tpd?: number;
  concurrency?: number;
}

/** Models of a custom endpoint that share these limits. */
export interface ModelGroup {
  models: { id: string; context: number | null }[];
  limits: CustomLimits;
}

export type KeyCommand =
  | {
      type: "key-add";
      /** Built-in provider id, or `custom`. */
      provider: string;
      /** null for a provider or endpoint that needs no key. */
      secret: string | null;
      label?: string;
      account?: string;
      baseUrl?: string;
      /** For `custom`. */
      name?: string;
      models?: string[];
      context?: number;
      limits?: CustomLimits;
      /** For `custom`, instead of models, context and limits: models as an export has them. */
      modelGroups?: ModelGroup[];
      /** The URL of a proxy for its calls, or `direct` for none; left out, the setting for all holds. */
      proxy?: string;
      /** Kept, and used for nothing until it is enabled. */
      disabled?: boolean;
      /** Asks the provider before anything is kept; left out, only where the provider has several hosts. */
      test?: boolean;
    }
  | { type: "key-remove"; id: string }
  /** What is left out stays; null takes away: no label, an account of its own, the provider's base URL, the proxy of all. */
  | {
      type: "key-edit";
      id: string;
      label?: string | null;
      account?: string | null;
      baseUrl?: string | null;
      proxy?: string | null;
    }
  /** Replaces the secret and keeps all else. Unless `test` is false, only by one that the provider accepts. */
  | { type: "key-rotate"; id: string; secret: string; test?: boolean }
  /** Whether these keys could be added. Changes nothing. */
  | { type: "keys-check"; keys: { provider: string; secret: string | null; baseUrl?: string }[] }
  /** The sealed records of some keys, or of all (null): useless without what opens the vault. */
  | { type: "keys-sealed"; ids: string[] | null }
  /** Ids that are left out keep their order behind those given. */
  | { type: "keys-reorder"; ids: string[] }
  | { type: "key-enable"; id: string }
  | { type: "key-disable"; id: string }
  /** Ends the rests of the key and of its account at once: after failures, or because the provider said to wait. */
  | { type: "key-clear"; id: string }
  /** null tests every key. */
  | { type: "key-test"; id: string | null };

/** One key as it may be shown: never more of the secret than its last four characters. */
export interface KeyView {
  id: string;
  provider: string;
  label: string | null;
  account: string;
  state: KeyState;
  /** Why it is in this state, in words. */
  detail: string | null;
  /** Epoch milliseconds at which a rest ends. */
  until: number | null;
  last4: string | null;
  /** 1 is tried first. */
  order: number;
  baseUrl: string | null;
  /** Of its own, without user and password; `direct` for none; null where the setting for all holds. */
  proxy: string | null;
}

export interface ProbeView {
  id: string;
  provider: string;
  result: "valid" | "invalid" | "inconclusive";
  detail: string;
  /** What to do about it, in one sentence; null when nothing is. */
  hint: string | null;
  durationMs: number;
}

export interface KeyCheck {
  /** The key that has the same secret. */
  duplicate: string | null;
  /** Why it could not be added, in words. */
  problem: string | null;
}

/** A key as it lies in the store. */
export interface SealedKey {
  id: string;
  provider: string;
  label: string | null;
  account: string;
  baseUrl: string | null;
  last4: string | null;
  disabled: boolean;
  /** Base64; null for a key that is none. */
  sealed: string | null;
  /** The URL of its proxy in the same way; null where it has none of its own. */
  sealedProxy: string | null;
}

/** An endpoint of the user's own. */
export interface EndpointView {
  id: string;
  name: string;
  baseUrl: string;
  modelGroups: ModelGroup[];
}
