/**
 * `cannot_open`: wrong key or passphrase, or a record or header that was changed: which of them is not told apart.
 * `opener_missing`: what opens the vault is not at hand. `header_missing`: there are sealed records but no header.
 * `unsafe_file`: the key file could have been read or replaced by others. `bad_key`: a key or passphrase of the wrong
 * shape. `cost_refused`: the header asks for more, or less, work than any vault of ours. `unsupported`: this runtime
 * lacks what the vault was made with.
 */
export type VaultErrorCode =
  | "cannot_open"
  | "opener_missing"
  | "header_missing"
  | "unsafe_file"
  | "bad_key"
  | "cost_refused"
  | "unsupported";

/** The one error of the vault; neither message nor hint ever holds a secret. */
export class VaultError extends Error {
  override name = "VaultError";
  constructor(
    readonly code: VaultErrorCode,
    message: string,
    readonly hint: string | null = null,
  ) {
    super(message);
  }
}

/** Always in the same words, so that nobody can learn what exactly was wrong. */
export function cannotOpen(): VaultError {
  return new VaultError(
    "cannot_open",
    "The vault does not open: the key or passphrase is wrong, or the data was changed.",
    "Use the key that the vault was made with, or restore a backup.",
  );
}
