import type { StyleName } from "../profile.ts";
import { groq } from "./groq.ts";
import { mistral } from "./mistral.ts";
import { nvidia } from "./nvidia.ts";
import { openrouter } from "./openrouter.ts";
import type { Style } from "./style.ts";

export const STYLES: Readonly<Record<StyleName, Style>> = { groq, openrouter, mistral, nvidia };
