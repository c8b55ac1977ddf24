/** Hugging Face: a router over many backends, paid from a small monthly credit. */
import { type ModelRow, modelTable } from "./model-table.ts";
import { openaiProvider } from "./openai-provider.ts";

const MODELS_DEV = "anomalyco/models.dev";
const CATALOG = "diegosouzapw/OmniRoute freeModelCatalog";
const LIST = "mnfst/awesome-free-llm-apis data.json";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["deepseek-ai/DeepSeek-V4-Flash", "deepseek-v4-flash", "DeepSeek V4 Flash", "active", 1_048_576, 384_000, "TJR", 85, "2026-07-02", MODELS_DEV],
  ["moonshotai/Kimi-K2.6", "kimi-k2.6", "Kimi K2.6", "active", 262_144, 262_144, "TVJR", 86, "2026-07-02", MODELS_DEV],
  ["Qwen/Qwen3-Coder-Next", "qwen3-coder-next", "Qwen3 Coder Next", "active", 262_144, 65_536, "T", 75, "2026-07-02", MODELS_DEV],
  ["openai/gpt-oss-120b", "gpt-oss-120b", "GPT-OSS 120B", "active", 131_072, 32_768, "TJR", 74, "2026-07-02", MODELS_DEV],
  ["openai/gpt-oss-20b", "gpt-oss-20b", "GPT-OSS 20B", "unverified", 131_072, 65_536, "TJR", 63, "2026-09-12", CATALOG],
  ["zai-org/GLM-4.7-Flash", "glm-4.7-flash", "GLM-4.7 Flash", "active", 200_000, 128_000, "TR", 65, "2026-07-02", MODELS_DEV],
  ["Qwen/Qwen3.6-27B", "qwen3.6-27b", "Qwen3.6 27B", "active", 262_144, 65_536, "TVJR", 77, "2026-07-02", MODELS_DEV],
  ["Qwen/Qwen3.5-35B-A3B", "qwen3.5-35b-a3b", "Qwen3.5 35B A3B", "active", 262_144, 65_536, "TVJR", 72, "2026-07-02", MODELS_DEV],
  ["google/gemma-4-31B-it", "gemma-4-31b", "Gemma 4 31B", "active", 262_144, 32_768, "TVJR", 70, "2026-07-02", MODELS_DEV],
  ["google/gemma-4-26B-A4B-it", "gemma-4-26b-a4b", "Gemma 4 26B A4B", "active", 262_144, 32_768, "TVJR", 66, "2026-07-02", MODELS_DEV],
  ["stepfun-ai/Step-3.7-Flash", "step-3.7-flash", "Step 3.7 Flash", "active", 262_144, 256_000, "TVR", 77, "2026-07-02", MODELS_DEV],
  ["MiniMaxAI/MiniMax-M3", "minimax-m3", "MiniMax M3", "active", 524_288, 128_000, "TVJR", 86, "2026-07-02", MODELS_DEV],
  ["deepseek-ai/DeepSeek-V4-Pro", "deepseek-v4-pro", "DeepSeek V4 Pro", "active", 1_048_576, 393_216, "TJR", 91, "2026-07-02", MODELS_DEV],
  ["zai-org/GLM-5.2", "glm-5.2", "GLM-5.2", "active", 262_144, 131_072, "TJR", 89, "2026-07-02", MODELS_DEV],
  ["Qwen/Qwen3.5-397B-A17B", "qwen3.5-397b-a17b", "Qwen3.5 397B A17B", "active", 262_144, 32_768, "TVJR", 82, "2026-07-02", MODELS_DEV],
  ["meta-llama/Llama-3.3-70B-Instruct", "llama-3.3-70b", "Llama 3.3 70B Instruct", "active", 131_072, 4096, "TJ", 52, "2026-07-02", MODELS_DEV],
  ["meta-llama/Llama-3.1-8B-Instruct", "llama-3.1-8b", "Llama 3.1 8B Instruct", "active", 131_072, null, "T", 32, "2026-10-05", LIST],
  ["google/gemma-3-4b-it", "gemma-3-4b", "Gemma 3 4B", "active", 131_072, 8192, "V", 28, "2026-10-05", LIST],
  ["microsoft/phi-4", "phi-4", "Phi-4 14B", "active", 16_384, 4096, "", 44, "2026-10-05", LIST],
];

export const huggingface = openaiProvider({
  id: "huggingface",
  name: "Hugging Face",
  status: "limited",
  statusNote: "About 10 cents of credit a month: a few calls of a large model use it up.",
  signUpUrl: "https://huggingface.co/settings/tokens",
  docsUrl: "https://huggingface.co/docs/inference-providers",
  baseUrl: "https://router.huggingface.co/v1",
  keyPattern: "^hf_[A-Za-z0-9]{30,40}$",
  keyPrefixes: ["hf_"],
  environment: ["HF_TOKEN", "HUGGINGFACE_API_KEY", "HUGGINGFACEHUB_API_TOKEN"],
  // The model list of the router is public. This is rate limited itself.
  probe: {
    method: "GET",
    host: "https://huggingface.co",
    path: "/api/whoami-v2",
    fromRoot: true,
    valid: [200],
    invalid: [401, 403],
    costsQuota: false,
  },
  dataUse: "unknown",
  terms: null,
  // What a call costs is not known: the 402 that ends the month says so.
  models: modelTable({ speed: "normal", limits: [] }, MODELS),
  source: "https://huggingface.co/docs/inference-providers",
  asOf: "2026-10-05",
});
