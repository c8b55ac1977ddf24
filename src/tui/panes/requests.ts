/** All requests that are remembered, on a screen of their own. */
import type { Line } from "../line.ts";
import { requestTitle } from "./overview.ts";
import { box, type PaneInput } from "./pane.ts";
import { requestLines } from "./trail.ts";

export function requests(input: PaneInput, width: number, height: number): Line[] {
  const { title, right } = requestTitle(input);
  return box(title, right, requestLines(input, width - 2, height - 2), width, height, input.glyphs);
}
