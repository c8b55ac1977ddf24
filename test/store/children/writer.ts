/** Writes calls and keys as fast as it can, and says of each when it was acknowledged. Runs until killed. */
import { writeSync } from "node:fs";
import { openFileStore } from "../../../src/core/store/file-store.ts";
import { prepareHome, resolveHome } from "../../../src/core/store/home.ts";
import { random, timers } from "../ports.ts";

const [root = ""] = process.argv.slice(2);
const home = resolveHome({
  environment: { FREELLM_HOME: root },
  platform: process.platform,
  userDirectory: "/",
});
prepareHome(home);
const { store, notices } = openFileStore({ home, timers, random, now: Date.now() });
// Unbuffered: what is said is said before the process can be killed.
const say = (text: string) => writeSync(1, `${text}\n`);
for (const notice of notices) say(`notice ${notice}`);
const at = Date.now();
store.restore(at);
for (let callId = store.nextCallId; ; ) {
  const group: number[] = [];
  for (let index = 0; index < 4; index++, callId++) {
    const target = { keyId: "groq-1", model: "groq/llama" };
    store.journal.append({
      type: "call-reserved",
      callId,
      ...target,
      at,
      tokens: 10,
      inputTokens: 5,
      estimate: 5,
    });
    group.push(callId);
  }
  await store.journal.committed();
  say(`calls ${group.join(" ")}`);
  if (group.some((id) => id % 40 === 0)) {
    const key = {
      provider: "groq",
      label: null,
      account: null,
      baseUrl: null,
      last4: null,
      fingerprint: null,
    };
    say(`key ${store.keys.insert({ ...key, createdAt: at }, () => new Uint8Array(64)).id}`);
  }
}
