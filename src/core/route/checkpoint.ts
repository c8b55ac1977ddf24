/** The whole routing state as text, and back: what is decided from it is the same, bit for bit. */
import { ArchiveReader, ArchiveWriter, archiveText, archiveValues } from "./archive.ts";
import { RouterState } from "./state.ts";

/** Read by a program of the same version only. */
export function checkpointOf(state: RouterState): string {
  state.catalogue.prepare();
  const writer = new ArchiveWriter();
  state.archive(writer);
  return archiveText(writer.values);
}

export function stateFrom(checkpoint: string): RouterState {
  const values = archiveValues(checkpoint);
  if (!Array.isArray(values)) throw new TypeError("This is no checkpoint of the routing state.");
  const state = new RouterState();
  state.archive(new ArchiveReader(values));
  state.catalogue.prepare();
  return state;
}
