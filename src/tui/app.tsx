/** The dashboard on a terminal: Ink draws the lines of the model and hands over the keys, and thinks nothing itself. */
import { Box, type Key, render, Text, useApp, useInput, usePaste, useWindowSize } from "ink";
import { useCallback, useEffect, useRef, useState } from "react";
import type { Snapshot } from "../core/command.ts";
import { encodeLine } from "./line.ts";
import type { Look } from "./model.ts";
import type { Press } from "./press.ts";
import { type Screen, Session } from "./session.ts";
import type { Server, Ticker } from "./source.ts";

/** Between two looks at what is new: 3 frames a second; what is pressed is drawn at once. */
const TICK_MS = 333;
/** As long as there is nothing to see. */
const FIRST_TICK_MS = 25;
const MAX_FPS = 10;

/** Lines that are too long for the terminal after all (a character it takes for wider) are cut, not wrapped. */
const NO_WRAP = "\u001b[?7l";
const WRAP = "\u001b[?7h";

export interface DashOptions {
  server: Server;
  ticker: Ticker;
  look: Look;
  /** The state of the server, where it is known already. */
  first?: Snapshot;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  /** Stops this process until it is told to go on. */
  stopProcess(): void;
}

export interface Dash {
  /** Resolves once the terminal is given back; rejects with what went wrong inside. */
  readonly ended: Promise<unknown>;
  /** Gives the terminal back. */
  end(): void;
  /** As Ctrl-Z does. */
  suspend(): void;
}

/** Takes the terminal. */
export function openDash(options: DashOptions): Dash {
  const { server, ticker, look, first, stdin, stdout } = options;
  const session = new Session(server, ticker, look);
  if (first !== undefined) session.feed.beginWith(first);
  const outside: { suspend: () => void } = { suspend: () => {} };
  // Before there is anything to see: what is typed at the first picture is a key already, and Ctrl-C no signal.
  if (stdin.isTTY) stdin.setRawMode(true);
  stdout.write(NO_WRAP);
  const instance = render(<App session={session} options={options} outside={outside} />, {
    ...{ stdin, stdout, alternateScreen: true, incrementalRendering: true, maxFps: MAX_FPS },
    ...{ exitOnCtrlC: false, interactive: true },
  });
  void session.feed.follow();
  const ended = instance.waitUntilExit().finally(() => {
    session.stop();
    if (stdin.isTTY) stdin.setRawMode(false);
    stdout.write(WRAP);
  });
  return { ended, end: () => instance.unmount(), suspend: () => outside.suspend() };
}

interface AppProps {
  session: Session;
  options: DashOptions;
  outside: { suspend: () => void };
}

function App({ session, options, outside }: AppProps) {
  const { ticker, stdout, stopProcess } = options;
  const { exit, suspendTerminal } = useApp();
  const { columns, rows } = useWindowSize();
  const [drawn, setDrawn] = useState(() => pictureOf(session, columns, rows));
  const picture = isOf(drawn, columns, rows) ? drawn : pictureOf(session, columns, rows);
  const latest = useRef({ columns, rows });
  latest.current = { columns, rows };

  /** The same text as before is no new frame. */
  const draw = useCallback((): void => {
    const size = latest.current;
    try {
      const next = pictureOf(session, size.columns, size.rows);
      setDrawn((before) =>
        before.text === next.text && isOf(before, size.columns, size.rows) ? before : next,
      );
    } catch (error) {
      exit(error instanceof Error ? error : new Error(String(error)));
    }
  }, [session, exit]);

  const suspend = (): void => {
    void suspendTerminal(() => {
      stdout.write(WRAP);
      stopProcess();
      stdout.write(NO_WRAP);
    });
  };
  outside.suspend = suspend;

  const screen: Screen = {
    copy: (text) => void stdout.write(`\u001b]52;c;${Buffer.from(text).toString("base64")}\u0007`),
    redraw: () => void suspendTerminal(() => {}),
    suspend,
    quit: () => exit(),
  };

  useEffect(() => {
    let cancel = (): void => {};
    const tick = (): void => {
      session.tick();
      draw();
      cancel = ticker.after(session.feed.data.snapshot === null ? FIRST_TICK_MS : TICK_MS, tick);
    };
    cancel = ticker.after(0, tick);
    return () => cancel();
  }, [session, ticker, draw]);

  useInput((input, key) => {
    for (const one of pressesOf(input, key)) session.press(one, screen);
    draw();
  });
  usePaste((text) => {
    session.press({ key: "paste", typed: text.replaceAll(/\s+/g, " ").trim() }, screen);
    draw();
  });

  return (
    <Box flexDirection="column">
      {picture.lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
        <Text key={index} wrap="truncate">
          {line}
        </Text>
      ))}
    </Box>
  );
}

interface Picture {
  columns: number;
  rows: number;
  lines: string[];
  text: string;
}

function pictureOf(session: Session, columns: number, rows: number): Picture {
  const lines = session.frame({ columns, rows }).map((line) => encodeLine(line, session.look));
  return { columns, rows, lines, text: lines.join("\n") };
}

function isOf(picture: Picture, columns: number, rows: number): boolean {
  return picture.columns === columns && picture.rows === rows;
}

/** Keys that a terminal sends as a character. */
const TYPED_KEYS: Readonly<Record<string, string>> = {
  ...{ " ": "space", "\r": "enter", "\n": "enter", "\t": "tab", "\u007f": "backspace", "\u001b": "esc" },
};

/** From a control character to the letter that makes it. */
const CONTROL = 0x60;

/** One press, or several where the terminal delivered fast ones as one piece of text. */
function pressesOf(input: string, key: Key): Press[] {
  const name = nameOf(input, key);
  if (name !== null) return [{ key: name, typed: name === "space" ? " " : "" }];
  if (key.meta) return [];
  return [...input].flatMap((character) => {
    const named = TYPED_KEYS[character];
    if (named !== undefined) return [{ key: named, typed: named === "space" ? " " : "" }];
    if (character >= " ") return [{ key: character, typed: character }];
    const letter = String.fromCharCode(character.charCodeAt(0) + CONTROL);
    return letter >= "a" && letter <= "z" ? [{ key: `ctrl-${letter}`, typed: "" }] : [];
  });
}

function nameOf(input: string, key: Key): string | null {
  if (key.upArrow) return key.shift ? "shift-up" : "up";
  if (key.downArrow) return key.shift ? "shift-down" : "down";
  if (key.leftArrow) return "left";
  if (key.rightArrow) return "right";
  if (key.pageUp) return "pageup";
  if (key.pageDown) return "pagedown";
  if (key.home) return "home";
  if (key.end) return "end";
  if (key.return) return "enter";
  if (key.escape) return "esc";
  if (key.tab) return key.shift ? "shift-tab" : "tab";
  if (key.backspace || key.delete) return "backspace";
  if (key.ctrl) return `ctrl-${input}`;
  return null;
}
