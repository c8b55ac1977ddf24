/** Where everything lies. The environment is handed in. */
import { dirname, join } from "node:path";
import { securePrivateDirectory, securePrivateFile } from "./private-file.ts";

export interface HomeOptions {
  environment: Readonly<Record<string, string | undefined>>;
  /** As Node names it: `linux`, `darwin`, `win32`. */
  platform: string;
  /** The user's own directory. */
  userDirectory: string;
}

export interface Home {
  root: string;
  /** Database and snapshot: what a copy of the data directory holds. */
  data: string;
  database: string;
  snapshot: string;
  /** Calls that the database does not know yet. */
  callLog: string;
  /** A directory of claims, see lock.ts. */
  lock: string;
  /** How a client finds the running server. */
  server: string;
  config: string;
  adminToken: string;
  /** The key that opens the vault, apart from the data by default; a copy of both reveals the keys. */
  keyFile: string;
}

/**
 * `FREELLM_HOME` moves everything; else the platform's data directory, with the key file in the platform's
 * directory for configuration. XDG paths that are not absolute are ignored, as the XDG specification demands.
 */
export function resolveHome(options: HomeOptions): Home {
  const { environment } = options;
  const own = environment.FREELLM_HOME;
  const root = own || join(dataDirectory(options), "freellm");
  const secret = own ? join(root, "secret") : join(configDirectory(options), "freellm");
  const data = join(root, "data");
  return {
    root,
    data,
    database: join(data, "freellm.db"),
    snapshot: join(data, "keys.snapshot"),
    callLog: join(data, "calls.log"),
    lock: join(root, "lock"),
    server: join(root, "server.json"),
    config: join(root, "config.toml"),
    adminToken: join(root, "admin-token"),
    keyFile: join(secret, "vault.key"),
  };
}

function absolute(path: string | undefined): string | undefined {
  return path?.startsWith("/") ? path : undefined;
}

function dataDirectory({ environment, platform, userDirectory }: HomeOptions): string {
  if (platform === "darwin") return join(userDirectory, "Library", "Application Support");
  if (platform === "win32") return environment.LOCALAPPDATA || join(userDirectory, "AppData", "Local");
  return absolute(environment.XDG_DATA_HOME) ?? join(userDirectory, ".local", "share");
}

function configDirectory({ environment, platform, userDirectory }: HomeOptions): string {
  if (platform === "darwin") return join(userDirectory, "Library", "Preferences");
  if (platform === "win32") return environment.APPDATA || join(userDirectory, "AppData", "Roaming");
  return absolute(environment.XDG_CONFIG_HOME) ?? join(userDirectory, ".config");
}

/**
 * Makes the directories, 0700, and tightens what lies in them to 0600. The root may be a symbolic link (to a larger
 * disk), nothing below it. The key file is left to the vault, which refuses one that others could have read.
 */
export function prepareHome(home: Home): void {
  securePrivateDirectory(home.root, "follow");
  securePrivateDirectory(home.data);
  securePrivateDirectory(home.lock);
  securePrivateDirectory(dirname(home.keyFile));
  for (const file of [home.snapshot, `${home.snapshot}.previous`, home.server, home.adminToken]) {
    securePrivateFile(file, "if-present");
  }
}
