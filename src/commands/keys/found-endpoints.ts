/**
 * Endpoints of the user's own in a list of lines: `CUSTOM_<n>_BASE_URL` with `_KEY`, `_NAME`, `_MODELS` (separated by commas, each
 * with its context window behind a blank, where that is known), limits (`_RPM` and so on) and what goes with any key. Further
 * models with other limits: `_MODELS_2`, `_RPM_2`.
 */
import type { CustomLimits, ModelGroup } from "../../core/command.ts";
import { CUSTOM, LIMITS } from "./addition.ts";
import { companions, type FoundKey, proxyProblem } from "./found-key.ts";
import type { Line } from "./lines.ts";

const NAME =
  /^CUSTOM_(\d{1,3})_(?:(KEY|BASE_URL|NAME|LABEL|ACCOUNT|PROXY|DISABLED)|(MODELS|RPM|RPD|TPM|TPD|CONCURRENCY)(?:_\d{1,3})?)$/;

export function isEndpointName(name: string): boolean {
  return NAME.test(name);
}

export function foundEndpoints(lines: readonly Line[], values: ReadonlyMap<string, string>): FoundKey[] {
  return lines.flatMap(({ number: line, name, value: baseUrl, error }) => {
    const [, number, part] = NAME.exec(name?.toUpperCase() ?? "") ?? [];
    if (part !== "BASE_URL") return [];
    const prefix = `CUSTOM_${number}`;
    const groups = modelGroups(prefix, values);
    const more = companions(prefix, values);
    const endpoint = values.get(`${prefix}_NAME`);
    return [
      {
        ...{ line, name, secret: values.get(`${prefix}_KEY`) || null, provider: CUSTOM, candidates: [] },
        ...more,
        baseUrl,
        problem: error ?? (typeof groups === "string" ? groups : null) ?? proxyProblem(more.proxy),
        ...(endpoint ? { endpoint } : {}),
        ...(typeof groups === "string" || groups.length === 0 ? {} : { modelGroups: groups }),
      },
    ];
  });
}

/** Or what is wrong with them, in words. */
function modelGroups(prefix: string, values: ReadonlyMap<string, string>): ModelGroup[] | string {
  const groups: ModelGroup[] = [];
  for (let number = 1; ; number++) {
    const suffix = number === 1 ? "" : `_${number}`;
    const words = (values.get(`${prefix}_MODELS${suffix}`) ?? "")
      .split(",")
      .map((word) => word.trim())
      .filter((word) => word !== "");
    if (words.length === 0) return groups;
    const limits: CustomLimits = {};
    for (const limit of LIMITS) {
      const name = `${prefix}_${limit.toUpperCase()}${suffix}`;
      const cap = values.get(name);
      if (!cap) continue;
      if (!isCount(cap)) return `${name} is no whole number from 1 on`;
      limits[limit] = Number(cap);
    }
    const models = words.map((word) => {
      const [, id = word, context] = /^(\S+)\s+(\d+)$/.exec(word) ?? [];
      return { id, context: context !== undefined && isCount(context) ? Number(context) : null };
    });
    groups.push({ models, limits });
  }
}

function isCount(text: string): boolean {
  return /^[1-9]\d{0,14}$/.test(text);
}
