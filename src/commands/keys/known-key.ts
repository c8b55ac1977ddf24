/** Whether a key is there, before anything is asked about it. */
import { type KeyView, unknownKey } from "../../core/command.ts";
import { connect, type Destination, withConnection } from "../connect.ts";
import type { Context } from "../context.ts";

/** Throws CommandError where there is none of that id. */
export async function knownKey(context: Context, destination: Destination, id: string): Promise<KeyView> {
  const { keys } = await withConnection(connect(context, destination), ({ admin }) => admin.snapshot());
  const key = keys.find((known) => known.id === id);
  if (key) return key;
  throw unknownKey(id);
}
