/** The life of a home under umask 000: 20 made-up keys are added, some removed, the vault opened again; then it is killed. */
import { chmodSync, writeFileSync } from "node:fs";
import { openFileStore } from "../../../src/core/store/file-store.ts";
import { prepareHome, resolveHome } from "../../../src/core/store/home.ts";
import { openVault } from "../../../src/core/vault/vault.ts";
import { random, timers } from "../../store/ports.ts";

process.umask(0);
const [root = "", ...secrets] = process.argv.slice(2);
const home = resolveHome({ environment: { FREELLM_HOME: root }, platform: "linux", userDirectory: "/" });
prepareHome(home);
for (const path of [home.database, home.adminToken]) {
  writeFileSync(path, "");
  chmodSync(path, 0o666);
}
prepareHome(home);
const { store } = openFileStore({ home, timers, random, now: Date.now() });
chmodSync(home.snapshot, 0o666);
const vault = await openVault({
  header: { read: () => store.settings.text("vault"), write: (text) => store.settings.set("vault", text) },
  sealedRecords: false,
  keyFile: home.keyFile,
  encryptionKey: undefined,
  keychain: null,
  random,
  timers,
});
for (const secret of secrets) {
  const key = { provider: "groq", label: "canary", account: null, baseUrl: null, last4: secret.slice(-4) };
  store.keys.insert({ ...key, fingerprint: vault.fingerprint(secret), createdAt: Date.now() }, (row) =>
    vault.seal({ table: "keys", row, provider: "groq", field: "secret" }, secret),
  );
}
store.keys.remove("groq-3");
store.keys.reorder(["groq-9"]);
for (const key of store.keys.list()) {
  const context = { table: "keys", row: key.id, provider: "groq", field: "secret" };
  if (!key.secret || !secrets.includes(vault.open(context, key.secret)))
    throw new Error(`${key.id} does not open`);
}
console.log("stored");
setInterval(() => {}, 1_000);
