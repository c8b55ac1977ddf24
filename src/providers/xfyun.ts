/** iFlytek Spark: one small free model. The key is its APIPassword, of two halves. */
import { type ModelRow, modelTable } from "./model-table.ts";
import { openaiProvider } from "./openai-provider.ts";

const QUOTAS = "rockbenben/free-llm-intel quotas";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["lite", "spark-lite", "iFlytek Spark Lite", "unverified", 8192, 4096, "", 20, "2026-10-04", QUOTAS],
];

export const xfyun = openaiProvider({
  id: "xfyun",
  name: "iFlytek Spark",
  status: "limited",
  statusNote: "Needs a real name in China, and the free package must be claimed by hand.",
  signUpUrl: "https://console.xfyun.cn",
  docsUrl: "https://www.xfyun.cn/doc/spark/HTTP%E8%B0%83%E7%94%A8%E6%96%87%E6%A1%A3.html",
  baseUrl: "https://spark-api-open.xf-yun.com/v1",
  keyPattern: "^[A-Za-z0-9]{20}:[A-Za-z0-9]{20}$",
  environment: ["XFYUN_API_KEY", "SPARK_API_PASSWORD", "IFLYTEK_API_KEY"],
  probe: {
    method: "POST",
    path: "/chat/completions",
    model: "lite",
    valid: [200, 402, 429],
    invalid: [401],
    costsQuota: true,
  },
  modelsPath: null,
  dataUse: "unknown",
  terms: "Its terms are reported not to allow proxies: read them first.",
  models: modelTable({ speed: "normal", limits: [] }, MODELS),
  source: "https://www.xfyun.cn/doc/spark/HTTP%E8%B0%83%E7%94%A8%E6%96%87%E6%A1%A3.html",
  asOf: "2026-10-05",
});
