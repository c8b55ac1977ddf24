/** Keys as they lie in the store: useless without what opens the vault. */
import type { CommandReply } from "../../command.ts";
import { VAULT_HEADER } from "../../vault/header.ts";
import { modelGroups } from "../endpoint.ts";
import { existingKey, type KeyHost } from "./host.ts";

/** The records of these keys, or of all (null), and what names the opener of their vault. Throws CommandError. */
export function sealedKeys(app: KeyHost, ids: readonly string[] | null): CommandReply {
  const { store } = app;
  const keys = ids === null ? store.keys.list() : ids.map((id) => existingKey(app, id));
  return {
    type: "sealed",
    header: store.settings.text(VAULT_HEADER) ?? "",
    keys: keys.map(({ id, provider, label, account, baseUrl, last4, state, secret, proxy }) => ({
      ...{ id, provider, label, account, baseUrl, last4 },
      disabled: state === "disabled",
      sealed: base64(secret),
      sealedProxy: base64(proxy),
    })),
    endpoints: store.endpoints.list().map(({ id, name, baseUrl, models }) => ({
      ...{ id, name, baseUrl },
      modelGroups: modelGroups(models),
    })),
  };
}

function base64(record: Uint8Array | null): string | null {
  return record === null ? null : Buffer.from(record).toString("base64");
}
