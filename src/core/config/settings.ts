/** Every setting, as data: what it is called, what it may be, what it is when nobody says anything. */
import * as v from "valibot";
import { STRATEGIES } from "../route/preferences.ts";

const MINUTE = 60_000;
const MEGABYTE = 1024 * 1024;

/** What a setting may be, and how it is written where there is only text (environment, flags). */
interface SettingType<T> {
  /** Made when a value has to be checked: most are never given. */
  schema(): v.GenericSchema<unknown, T>;
  /** Completes "expected ...". */
  expects: string;
  /** Text that cannot be read is given back as it is: the schema refuses it. */
  read: (text: string) => unknown;
}

interface Setting<T> extends SettingType<T> {
  default: NoInfer<T>;
  /** May hold a password: the value is never shown. */
  secret?: true;
  /** Without one, environment and file alone decide. */
  flag?: string;
  help: string;
}

function whole(minimum: number, maximum: number): SettingType<number> {
  return {
    schema: () => v.pipe(v.number(), v.integer(), v.minValue(minimum), v.maxValue(maximum)),
    expects: `a whole number from ${minimum} to ${maximum}`,
    read: (text) => (/^\d+$/.test(text) ? Number(text) : text),
  };
}

/** A span of time in milliseconds, up to a day. */
function milliseconds(minimum: number): SettingType<number> {
  const type = whole(minimum, 24 * 60 * MINUTE);
  return { ...type, expects: `${type.expects} (milliseconds)` };
}

function yesOrNo(): SettingType<boolean> {
  const words: Readonly<Record<string, boolean>> = {
    ...{ true: true, on: true, "1": true },
    ...{ false: false, off: false, "0": false },
  };
  return {
    schema: () => v.boolean(),
    expects: "true or false",
    read: (text) => words[text.toLowerCase()] ?? text,
  };
}

function text(pattern: RegExp, expects: string): SettingType<string> {
  return { schema: () => v.pipe(v.string(), v.regex(pattern)), expects, read: (given) => given };
}

/** In text the items are separated by commas. */
function list(pattern: RegExp, item: string): SettingType<readonly string[]> {
  return {
    schema: () => v.array(v.pipe(v.string(), v.regex(pattern))),
    expects: `a list of ${item}`,
    read: (given) =>
      given
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== ""),
  };
}

function choice<const T extends string>(...values: T[]): SettingType<T> {
  return { schema: () => v.picklist(values), expects: `one of ${values.join(", ")}`, read: (given) => given };
}

/** In text: `name=value,name=value`. */
function pairs<T>(
  value: () => v.GenericSchema<unknown, T>,
  expects: string,
  read: (text: string) => unknown,
) {
  const type: SettingType<Readonly<Record<string, T>>> = {
    // A list would pass for a table whose names are numbers.
    schema: () =>
      v.pipe(
        v.custom<Record<string, unknown>>((given) => !Array.isArray(given)),
        v.record(v.string(), value()),
      ),
    expects,
    read(given) {
      if (given.trim() === "") return {};
      const entries = given.split(",").map((pair) => pair.split("="));
      if (entries.some((entry) => entry.length !== 2)) return given;
      return Object.fromEntries(entries.map(([name = "", text = ""]) => [name.trim(), read(text.trim())]));
    },
  };
  return type;
}

function setting<T>(type: SettingType<T>, rest: Omit<Setting<T>, keyof SettingType<T>>): Setting<T> {
  return { ...type, ...rest };
}

/** Keys are the names in config.toml. The environment has them in capitals behind `FREELLM_`. */
const settingTable = {
  host: setting(text(/^[^\s/@?#]+$/, "an address or a host name"), {
    default: "127.0.0.1",
    flag: "--host",
    help: "Address to listen on. Anything but loopback needs expose.",
  }),
  port: setting(whole(0, 65_535), {
    default: 3001,
    flag: "--port",
    help: "Port to listen on; 0 takes a free one.",
  }),
  expose: setting(yesOrNo(), {
    default: false,
    flag: "--expose",
    help: "Allow an address that other machines can reach.",
  }),
  allowed_hosts: setting(list(/^[^\s/@?#,]+$/, "host:port values, as they stand in the Host header"), {
    default: [],
    help: "Further Host headers to serve, besides the loopback names with the port.",
  }),
  allowed_origins: setting(list(/^[a-z][a-z0-9+.-]*:\/\/[^\s/,]+$/, "origins such as app://name"), {
    default: [],
    help: "Origins of pages and desktop applications that may call. Normally none.",
  }),
  proxy: setting(
    text(/^(?:direct|(?:https?|socks5h?):\/\/\S+)?$/i, "the URL of a proxy: http://, https:// or socks5://"),
    {
      default: "",
      secret: true,
      help: "Proxy for all calls to providers, except to this machine. HTTP_PROXY is not read.",
    },
  ),
  strategy: setting(choice(...STRATEGIES), {
    default: "priority",
    help: "How `auto` chooses: in your order (priority), or by a score.",
  }),
  strategy_weights: setting(
    pairs(
      () => v.pipe(v.number(), v.minValue(0)),
      "weights such as quality=2,success=1,speed=1,quota=1",
      Number,
    ),
    {
      default: {},
      help: "What the strategy `custom` weighs: quality, success, speed and quota. One that is left out counts 0.",
    },
  ),
  profiles: setting(
    pairs(
      () => v.pipe(v.array(v.string()), v.minLength(1)),
      "chains such as code=groq/model-a|mistral/model-b",
      (text) => text.split("|").map((part) => part.trim()),
    ),
    { default: {}, help: "Named chains of models, to be asked for as auto:NAME." },
  ),
  aliases: setting(
    pairs(
      () => v.string(),
      "names such as gpt-5=auto:smart",
      (text) => text,
    ),
    { default: {}, help: "Model names that clients bring along, and what they stand for here." },
  ),
  private: setting(yesOrNo(), {
    default: false,
    help: "Use only providers that do not train on what they are sent.",
  }),
  rescue: setting(yesOrNo(), {
    default: true,
    help: "Let a broken answer go on at another model in the same stream.",
  }),
  hedge: setting(yesOrNo(), {
    default: false,
    help: "Double a call that is slower than usual, where quota is to spare: the first answer wins. At most 5 % of calls.",
  }),
  hold_tools: setting(yesOrNo(), {
    default: true,
    help: "Send tool calls when all of them are whole. Without it they stream, and cannot be rescued.",
  }),
  probe_interval_ms: setting(milliseconds(0), {
    default: 6 * 60 * MINUTE,
    help: "How long a key may be idle before it is tested, while others are in use; 0 tests none unasked, and asks no provider what is used.",
  }),
  upstream_timeout_ms: setting(milliseconds(1), {
    default: 10 * MINUTE,
    help: "How long one attempt may take in all.",
  }),
  first_content_ms: setting(milliseconds(1), {
    default: MINUTE,
    help: "How long the first content of an attempt may take.",
  }),
  stream_stall_ms: setting(milliseconds(1), {
    default: 30_000,
    help: "How long a stream may be silent after its first content.",
  }),
  header_hold_ms: setting(milliseconds(0), {
    default: 10_000,
    help: "How long the response headers of a stream wait for the first content, so that they can tell who served it.",
  }),
  heartbeat_ms: setting(milliseconds(100), {
    default: 5_000,
    help: "Pause between the comments that keep a quiet stream alive.",
  }),
  max_wait_ms: setting(milliseconds(0), {
    default: 20_000,
    help: "How long a request waits for a limit to free up before it is answered with 429.",
  }),
  failover_budget_ms: setting(milliseconds(0), {
    default: 45_000,
    help: "After this long, a request starts no further attempt.",
  }),
  max_attempts: setting(whole(1, 20), {
    default: 20,
    help: "Attempts of one request.",
  }),
  max_body_bytes: setting(whole(1024, 256 * MEGABYTE), {
    default: 32 * MEGABYTE,
    help: "Largest request body.",
  }),
  drain_ms: setting(milliseconds(0), {
    default: 30_000,
    help: "How long open answers may go on after a stop was asked for.",
  }),
  log_level: setting(choice("error", "warn", "info"), {
    default: "info",
    help: "Least important kind of log line to write.",
  }),
};

type SettingTable = typeof settingTable;
export type SettingName = keyof SettingTable;

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

type ValueOf<Name extends SettingName> = SettingTable[Name] extends Setting<infer T> ? T : never;

/** The settings in force: a property for each row of the table, in camel case. */
export type Settings = { readonly [Name in SettingName as CamelCase<Name>]: ValueOf<Name> };

/** A row of the table whose type of value does not matter. */
export type AnySetting = Setting<unknown>;

/** The rows in order. */
export function settingRows(): [SettingName, AnySetting][] {
  return Object.entries(settingTable) as [SettingName, AnySetting][];
}

/** `max_wait_ms` is `maxWaitMs` among the settings in force. */
export function propertyName(name: SettingName): keyof Settings {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()) as keyof Settings;
}

/** `max_wait_ms` is `FREELLM_MAX_WAIT_MS` in the environment. */
export function environmentName(name: SettingName): string {
  return `FREELLM_${name.toUpperCase()}`;
}
