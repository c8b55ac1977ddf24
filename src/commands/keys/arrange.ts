/** A prompt in which entries are moved up and down. */
import {
  createPrompt,
  isDownKey,
  isEnterKey,
  isSpaceKey,
  isUpKey,
  makeTheme,
  useKeypress,
  usePagination,
  usePrefix,
  useState,
} from "@inquirer/core";
import { sanitize } from "../../core/vault/sanitize.ts";

export interface ArrangeConfig {
  message: string;
  entries: readonly { value: string; name: string }[];
}

const HELP = "up/down: choose   space: pick up, put down   enter: done";
const PAGE_SIZE = 12;

/** Gives the values in their new order. */
export const arrange = createPrompt<string[], ArrangeConfig>((config, done) => {
  const theme = makeTheme();
  const [status, setStatus] = useState<"idle" | "done">("idle");
  const [entries, setEntries] = useState(config.entries);
  const [active, setActive] = useState(0);
  const [held, setHeld] = useState(false);
  const prefix = usePrefix({ status, theme });

  useKeypress((key) => {
    if (isEnterKey(key)) {
      setStatus("done");
      done(entries.map(({ value }) => value));
    } else if (isSpaceKey(key)) {
      setHeld(!held);
    } else if (isUpKey(key) || isDownKey(key)) {
      const next = active + (isUpKey(key) ? -1 : 1);
      if (next < 0 || next >= entries.length) return;
      if (held) setEntries(swapped(entries, active, next));
      setActive(next);
    }
  });

  const page = usePagination({
    items: entries,
    active,
    pageSize: PAGE_SIZE,
    loop: false,
    renderItem({ item, index, isActive }) {
      const mark = isActive ? (held ? "*" : ">") : " ";
      const line = `${mark} ${index + 1}. ${sanitize(item.name)}`;
      return isActive ? theme.style.highlight(line) : line;
    },
  });
  const message = theme.style.message(config.message, status);
  if (status === "done") return `${prefix} ${message}`;
  return `${prefix} ${message}\n${page}\n${theme.style.help(HELP)}`;
});

function swapped<T>(items: readonly T[], from: number, to: number): T[] {
  const result = [...items];
  result.splice(to, 0, ...result.splice(from, 1));
  return result;
}
