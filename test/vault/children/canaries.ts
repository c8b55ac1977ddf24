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
for (const path of [home.database, home.snapshot, home.adminToken]) {
  writeFileSync(path, "");
  chmodSync(path, 0o666);
}
const unmarked = [home.snapshot, `${home.snapshot}.previous`];
for (const path of unmarked) writeFileSync(path, "");
