/** The signs that the dashboard draws with, in Unicode and in ASCII: the same meaning, the same width. */

export interface Glyphs {
  readonly horizontal: string;
  readonly vertical: string;
  /** Corners and crossings, by where their arms go. */
  readonly topLeft: string;
  readonly topRight: string;
  readonly bottomLeft: string;
  readonly bottomRight: string;
  readonly left: string;
  readonly right: string;
  readonly down: string;
  readonly up: string;
  readonly ready: string;
  readonly cooling: string;
  readonly bad: string;
  readonly off: string;
  readonly unknown: string;
  readonly yes: string;
  readonly no: string;
  readonly arrow: string;
  readonly selected: string;
  readonly ellipsis: string;
  readonly none: string;
  readonly dot: string;
  /** A cell filled by n eighths, n from 1 to 8. */
  readonly eighths: readonly string[];
  readonly empty: string;
  /** A column filled by n eighths, n from 1 to 8. */
  readonly rising: readonly string[];
  readonly spinner: readonly string[];
  readonly upArrow: string;
  readonly downArrow: string;
}

export const UNICODE: Glyphs = {
  ...{ horizontal: "─", vertical: "│", topLeft: "┌", topRight: "┐", bottomLeft: "└", bottomRight: "┘" },
  ...{ left: "├", right: "┤", down: "┬", up: "┴" },
  ...{ ready: "●", cooling: "◐", bad: "✖", off: "○", unknown: "?", yes: "✔", no: "✖" },
  ...{ arrow: "→", selected: "▸", ellipsis: "…", none: "–", dot: "·", empty: "░" },
  eighths: ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"],
  rising: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
  spinner: ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧"],
  ...{ upArrow: "↑", downArrow: "↓" },
};

export const ASCII: Glyphs = {
  ...{ horizontal: "-", vertical: "|", topLeft: "+", topRight: "+", bottomLeft: "+", bottomRight: "+" },
  ...{ left: "+", right: "+", down: "+", up: "+" },
  ...{ ready: "*", cooling: "~", bad: "x", off: "-", unknown: "?", yes: "+", no: "x" },
  ...{ arrow: ">", selected: ">", ellipsis: "~", none: "-", dot: ".", empty: "." },
  eighths: [".", ".", ".", "#", "#", "#", "#", "#"],
  rising: ["_", "_", ".", ".", ":", ":", "|", "|"],
  spinner: ["-", "\\", "|", "/", "-", "\\", "|", "/"],
  ...{ upArrow: "^", downArrow: "v" },
};
