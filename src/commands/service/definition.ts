/** What each platform is told about the service: the file, and the programs that take note of it. */
import { posix, win32 } from "node:path";

export type Platform = "linux" | "darwin" | "win32";

export interface ServiceOptions {
  platform: Platform;
  /** The program and what goes before `serve`: a compiled program alone, else runtime and script. */
  program: readonly string[];
  userDirectory: string;
  /** XDG_CONFIG_HOME, where it is set. */
  configDirectory: string | undefined;
  /** What says where the home is: FREELLM_HOME, XDG_DATA_HOME and XDG_CONFIG_HOME, where they are set. */
  places: readonly (readonly [name: string, path: string])[];
  /** Numeric id of the user; for launchd. */
  uid: number;
}

export interface Service {
  /** Where the file goes. */
  path: string;
  text: string;
  /** Windows wants UTF-16. */
  encoding: "utf8" | "utf16le";
  install: readonly (readonly string[])[];
  uninstall: readonly (readonly string[])[];
  /** Ends with 0 when the service runs. */
  status: readonly string[];
  /** What else is worth knowing; null when nothing is. */
  note: string | null;
}

const NAME = "freellm";
const LABEL = "freellm.server";
const DESCRIPTION = "freellm, one endpoint over many free LLM providers";
/** Answers in flight get 30 s to end. */
const STOP_SECONDS = 45;

export function serviceFor(options: ServiceOptions): Service {
  switch (options.platform) {
    case "linux":
      return systemd(options);
    case "darwin":
      return launchd(options);
    case "win32":
      return windowsTask(options);
  }
}

/** The first run of a service has nobody to unlock a keychain. */
function environment({ places }: ServiceOptions): (readonly [string, string])[] {
  return [["FREELLM_OPENER", "key-file"], ...places];
}

function systemd(options: ServiceOptions): Service {
  const directory = options.configDirectory ?? posix.join(options.userDirectory, ".config");
  const path = posix.join(directory, "systemd", "user", `${NAME}.service`);
  const text = [
    "[Unit]",
    `Description=${DESCRIPTION}`,
    "StartLimitIntervalSec=60",
    "StartLimitBurst=5",
    "",
    "[Service]",
    `ExecStart=${[...options.program, "serve", "--log-file"].map(systemdWord).join(" ")}`,
    ...environment(options).map(([name, value]) => `Environment=${systemdQuoted(`${name}=${value}`)}`),
    "Restart=on-failure",
    "RestartSec=2",
    `TimeoutStopSec=${STOP_SECONDS}`,
    "UMask=0077",
    "LimitCORE=0",
    "LimitNOFILE=65536",
    "NoNewPrivileges=true",
    "",
    "[Install]",
    "WantedBy=default.target",
    "",
  ].join("\n");
  const control = ["systemctl", "--user"];
  return {
    ...{ path, text, encoding: "utf8" },
    install: [
      [...control, "daemon-reload"],
      [...control, "enable", `${NAME}.service`],
      [...control, "restart", `${NAME}.service`],
    ],
    uninstall: [
      [...control, "disable", "--now", `${NAME}.service`],
      [...control, "daemon-reload"],
    ],
    status: [...control, "is-active", `${NAME}.service`],
    note: "it runs while you are logged in; to have it run from boot on: loginctl enable-linger",
  };
}

/** https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html, command lines. */
function systemdWord(word: string): string {
  return /^[\w./:=@+-]+$/.test(word) ? word : systemdQuoted(word.replaceAll("$", "$$$$"));
}

function systemdQuoted(text: string): string {
  return `"${text.replace(/[\\"]/g, "\\$&").replaceAll("%", "%%")}"`;
}

function launchd(options: ServiceOptions): Service {
  const path = posix.join(options.userDirectory, "Library", "LaunchAgents", `${LABEL}.plist`);
  const strings = [...options.program, "serve", "--log-file"].map(
    (word) => `    <string>${xml(word)}</string>`,
  );
  const variables = environment(options).flatMap(([name, value]) => [
    `    <key>${name}</key>`,
    `    <string>${xml(value)}</string>`,
  ]);
  const text = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    "<dict>",
    "  <key>Label</key>",
    `  <string>${LABEL}</string>`,
    "  <key>ProgramArguments</key>",
    "  <array>",
    ...strings,
    "  </array>",
    "  <key>EnvironmentVariables</key>",
    "  <dict>",
    ...variables,
    "  </dict>",
    "  <key>RunAtLoad</key>",
    "  <true/>",
    "  <key>KeepAlive</key>",
    "  <dict>",
    "    <key>SuccessfulExit</key>",
    "    <false/>",
    "  </dict>",
    "  <key>ExitTimeOut</key>",
    `  <integer>${STOP_SECONDS}</integer>`,
    "  <key>Umask</key>",
    "  <integer>63</integer>",
    "</dict>",
    "</plist>",
    "",
  ].join("\n");
  const domain = `gui/${options.uid}`;
  return {
    ...{ path, text, encoding: "utf8" },
    install: [["launchctl", "bootstrap", domain, path]],
    uninstall: [["launchctl", "bootout", `${domain}/${LABEL}`]],
    status: ["launchctl", "print", `${domain}/${LABEL}`],
    note: null,
  };
}

function windowsTask(options: ServiceOptions): Service {
  const path = win32.join(options.userDirectory, "AppData", "Local", NAME, "service.xml");
  const [program = "", ...before] = options.program;
  // A task has no variables of its own: a shell sets them.
  const variables = environment(options).map(([name, value]) => `set "${name}=${value}"&& `);
  const line = [program, ...before, "serve", "--log-file"].map((word) => `"${word}"`).join(" ");
  const text = [
    '<?xml version="1.0" encoding="UTF-16"?>',
    '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">',
    "  <RegistrationInfo>",
    `    <Description>${DESCRIPTION}</Description>`,
    "  </RegistrationInfo>",
    "  <Triggers>",
    "    <LogonTrigger>",
    "      <Enabled>true</Enabled>",
    "    </LogonTrigger>",
    "  </Triggers>",
    "  <Settings>",
    "    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>",
    "    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>",
    "    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>",
    "    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>",
    "    <RestartOnFailure>",
    "      <Interval>PT1M</Interval>",
    "      <Count>5</Count>",
    "    </RestartOnFailure>",
    "    <Hidden>true</Hidden>",
    "  </Settings>",
    "  <Actions>",
    "    <Exec>",
    "      <Command>cmd.exe</Command>",
    `      <Arguments>/d /s /c "${xml(`${variables.join("")}${line}`)}"</Arguments>`,
    "    </Exec>",
    "  </Actions>",
    "</Task>",
    "",
  ].join("\r\n");
  const task = ["/TN", NAME];
  return {
    ...{ path, text, encoding: "utf16le" },
    install: [
      ["schtasks", "/Create", ...task, "/XML", path, "/F"],
      ["schtasks", "/Run", ...task],
    ],
    uninstall: [
      ["schtasks", "/End", ...task],
      ["schtasks", "/Delete", ...task, "/F"],
    ],
    status: ["schtasks", "/Query", ...task],
    note: null,
  };
}

function xml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
