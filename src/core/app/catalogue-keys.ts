/**
 * Whose catalogues are taken without asking: public keys, `ed25519:` and base64. Nobody publishes one with this program
 * yet; until then the user names the signer with `--key`, and whoever signed the one in force may sign the next.
 */
export const CATALOGUE_KEYS: readonly string[] = [];
