import type { AllowList } from "./reach.ts";

/**
 * Where the program touches the world, and why there. Everything else is handed what it needs, by `src/commands`,
 * which is free to touch all but other programs.
 */
export const allowed: AllowList = {
  "src/commands/config/edit.ts": { execution: "opens config.toml in the editor that the user named" },
  "src/commands/init/start.ts": { execution: "starts this program as the server that the user asked for" },
  "src/commands/service/run.ts": { execution: "tells the platform to keep the service" },
  "src/core/app/signature.ts": { modules: "signatures of imported catalogues" },
  "src/core/net/http1/connection.ts": { bun: "the only sockets to the outside" },
  "src/core/net/http1/request.ts": { bun: "the version of the runtime, by which servers know it" },
  "src/core/net/http1/pool.ts": {
    bun: "the type of TLS options",
    timers: "closes connections that have been idle",
  },
  "src/core/net/decoding.ts": { modules: "takes compression off replies" },
  "src/core/net/proxies.ts": {
    modules: "the streams of the library for proxies",
    process: "keeps a library's warning off stderr",
  },
  "src/core/net/resolver.ts": { modules: "asks the operating system for addresses" },
  "src/core/serve/rendezvous.ts": { timers: "goes on at the end of a turn of the event loop" },
  "src/core/serve/listen.ts": { bun: "the only server socket" },
  "src/core/serve/tokenizer/index.ts": { execution: "counts tokens in a thread of its own" },
  "src/core/serve/stream.ts": { bun: "the type of a direct stream" },
  "src/core/store/atomic.ts": { modules: "replaces files whole and durably" },
  "src/core/store/call-log.ts": { modules: "appends calls to a file before they leave" },
  "src/core/store/driver-bun.ts": { modules: "the live SQLite engine" },
  "src/core/store/driver-sqljs.ts": { modules: "loads the WebAssembly of the second SQLite engine" },
  "src/core/store/file-store.ts": { modules: "opens the data directory and what lies in it" },
  "src/core/store/home.ts": { modules: "joins the paths of the home" },
  "src/core/store/journal.ts": { timers: "writes once at the end of each turn of the event loop" },
  "src/core/store/lock.ts": {
    modules: "the lock file of the one writer",
    process: "its own process id, and whether another one lives",
  },
  "src/core/store/private-file.ts": { modules: "makes and checks files that only the owner reads" },
  "src/core/store/snapshot.ts": { modules: "reads and keeps copies, and their checksums" },
  "src/core/store/sqlite-file.ts": { modules: "looks at a database file before an engine does" },
  "src/core/store/end-of-turn.ts": { timers: "packs once at the end of each turn of the event loop" },
  "src/core/store/store.ts": { timers: "compacts in steps, between turns of the event loop" },
  "src/core/vault/derivation.ts": { modules: "key derivation" },
  "src/core/vault/key-file.ts": { modules: "reads and makes the key file", process: "owner of the process" },
  "src/core/vault/keychain.ts": { bun: "the keychain of the operating system" },
  "src/core/vault/passphrase.ts": { modules: "reads the passphrase from a descriptor or file" },
  "src/core/vault/record.ts": { modules: "authenticated encryption" },
  "src/core/vault/token.ts": { modules: "digests, compared in constant time" },
  "src/core/vault/vault.ts": { modules: "fingerprints of keys" },
};
