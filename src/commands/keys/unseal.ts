/**
 * Keys in clear. A running server gives only sealed records: they are opened here, by what opens the vault, so that its admin
 * token alone reveals nothing.
 */
import { proxyPlace, secretPlace } from "../../core/app/keyring.ts";
import { CommandError, type EndpointView, type SealedKey } from "../../core/command.ts";
import type { SealContext } from "../../core/vault/record.ts";
import { connect, withConnection } from "../connect.ts";
import type { Context } from "../context.ts";
import { openVaultOf } from "../open.ts";
import type { RemoteOptions } from "../options.ts";

export interface ClearKey extends Omit<SealedKey, "sealed" | "sealedProxy"> {
  /** null for a key that is none. */
  secret: string | null;
  /** Of its own; null where the setting for all holds. */
  proxy: string | null;
}

/** The named keys, or all (null), in the user's order. Throws CommandError, VaultError. */
export async function unsealed(
  context: Context,
  options: RemoteOptions,
  ids: string[] | null,
): Promise<{ keys: ClearKey[]; endpoints: EndpointView[] }> {
  return await withConnection(connect(context, options), async ({ admin, vault }) => {
    const reply = await admin.execute({ type: "keys-sealed", ids });
    if (reply.type !== "sealed") throw new CommandError("bad_reply", "The server gave no keys.");
    const opened = vault ?? (await openVaultOf(context, reply.header));
    try {
      const open = (place: SealContext, record: string | null): string | null =>
        record === null ? null : opened.open(place, Buffer.from(record, "base64"));
      const keys = reply.keys.map(({ sealed, sealedProxy, ...key }) => ({
        ...key,
        secret: open(secretPlace(key.provider, key.id), sealed),
        proxy: open(proxyPlace(key.provider, key.id), sealedProxy),
      }));
      return { keys, endpoints: reply.endpoints };
    } finally {
      if (vault === null) opened.close();
    }
  });
}
