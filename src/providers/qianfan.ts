/** Baidu Qianfan: the free ERNIE models were taken down. */
import { type ModelRow, modelTable } from "./model-table.ts";
import { listProbe, openaiProvider } from "./openai-provider.ts";

const REPORTS = "tashfeenahmed/freellmapi#936";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["ernie-speed-128k", "ernie-speed", "ERNIE Speed 128K", "retired", 131_072, 4096, "", 26, "2026-10-04", REPORTS],
  ["ernie-lite-8k", "ernie-lite", "ERNIE Lite 8K", "retired", 8192, null, "", 20, "2026-10-04", REPORTS],
  ["ernie-tiny-8k", "ernie-tiny", "ERNIE Tiny 8K", "retired", 8192, null, "", 14, "2026-10-04", REPORTS],
];

export const qianfan = openaiProvider({
  id: "qianfan",
  name: "Baidu Qianfan",
  status: "limited",
  statusNote: "Needs a real name in China; the models that were free are gone.",
  signUpUrl: "https://console.bce.baidu.com/qianfan/overview",
  docsUrl: "https://cloud.baidu.com/doc/qianfan",
  baseUrl: "https://qianfan.baidubce.com/v2",
  keyPattern: "^bce-v3/ALTAK-[A-Za-z0-9]+/[0-9a-f]{40}$",
  keyPrefixes: ["bce-v3/ALTAK-"],
  environment: ["QIANFAN_API_KEY", "BAIDU_API_KEY"],
  probe: listProbe(),
  dataUse: "unknown",
  terms: null,
  models: modelTable({ speed: "normal", limits: [] }, MODELS),
  source: "https://cloud.baidu.com/doc/qianfan",
  asOf: "2026-10-05",
});
