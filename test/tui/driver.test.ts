/** What a person does at the dashboard, and what comes of it. */
import { describe, expect, it } from "vitest";
import { CommandError, type CommandReply } from "../../src/core/command.ts";
import { openDashboard } from "./driver.ts";
import { explanation, snapshot } from "./world.ts";

describe("moving about", () => {
  it("the arrows choose a key, and enter opens it; esc goes back, one step at a time", async () => {
    const dash = await openDashboard();
    await dash.press("down", "j", "enter");
    expect(dash.lines()[1]).toContain("cerebras-1");
    await dash.press("esc");
    expect(dash.shown()).toMatch(/▸ 3 cerebras-1/);
    await dash.press("G");
    expect(dash.shown()).toMatch(/▸ 9 cloudflare-1/);
    await dash.press("g");
    expect(dash.shown()).toMatch(/▸ 1 groq-1/);
  });

  it("tab goes to the requests, enter says why one went where it went", async () => {
    const dash = await openDashboard();
    await dash.press("tab", "down", "enter");
    expect(dash.shown()).toContain("served by");
    await dash.press("esc", "esc", "esc");
    expect(dash.session.ui).toMatchObject({ focus: "keys", requestId: null, detail: null });
  });

  it.each([
    ["m", "Models"],
    ["A", "Analytics"],
    ["R", "Requests"],
    ["t", "Playground"],
    ["?", "Help"],
  ])("%s opens %s, and esc leaves it", async (key, title) => {
    const dash = await openDashboard();
    await dash.press(key);
    expect(dash.lines()[1]).toContain(title);
    await dash.press("esc");
    expect(dash.lines()[1]).toContain("Keys");
  });

  it("parts can be hidden, all but the last, and zoomed", async () => {
    const dash = await openDashboard();
    await dash.press("4");
    expect(dash.shown()).not.toContain("Requests");
    await dash.press("1");
    expect(dash.shown()).toContain("Keys");
    await dash.press("4", "z");
    expect(dash.shown()).not.toContain("Requests");
    await dash.press("esc");
    expect(dash.shown()).toContain("Requests");
  });

  it("the details of a request tell why the others were not taken, asked for once", async () => {
    const dash = await openDashboard();
    let answered = Promise.withResolvers<CommandReply>();
    dash.server.execute = async (command) => {
      dash.server.told.push(command);
      return await answered.promise;
    };
    await dash.press("tab", "w");
    expect(dash.server.told).toEqual([{ type: "explain", id: "req_001000", full: true }]);
    expect(dash.shown()).toContain("asking the server about the other candidates");
    expect(dash.shown()).toContain("✖ over its per-minute limit (429)");
    answered.resolve({ type: "explanation", explanation: explanation() });
    await dash.press("down");
    expect(dash.shown()).toContain("not nvidia-1 · nvidia/llama-70b");
    expect(dash.shown()).toContain("nor 2 resting, 1 with a disabled key");
    await dash.press("esc", "enter");
    expect(dash.server.told).toHaveLength(1);
    answered = Promise.withResolvers();
    await dash.press("esc", "down", "enter");
    answered.reject(new CommandError("unknown_request", "There is no request of that name."));
    await dash.press("down");
    expect(dash.shown()).toContain("There is no request of that name.");
  });

  it("quits and suspends by what the terminal sends", async () => {
    const dash = await openDashboard();
    await dash.press("q", "ctrl-c", "ctrl-z", "ctrl-l");
    expect(dash.screen).toMatchObject({ quits: 2, suspended: 1, redrawn: 1 });
  });
});

describe("filters", () => {
  it("narrow the list while they are typed; enter keeps, esc takes back", async () => {
    const dash = await openDashboard();
    await dash.press("/", "groq");
    expect(dash.lines().slice(2, 8).join("")).not.toContain("mistral-1 ");
    await dash.press("enter");
    expect(dash.lines()[1]).toContain("/groq");
    await dash.press("/", "backspace", "backspace", "esc");
    expect(dash.session.ui.filters.keys).toBe("groq");
    await dash.press("esc");
    expect(dash.session.ui.filters.keys).toBe("");
  });

  it("know states, providers, and comparisons", async () => {
    const dash = await openDashboard();
    await dash.press("/", "state:cooling", "enter");
    expect(dash.shown()).toContain("groq-2");
    expect(dash.lines().slice(3, 8).join("\n")).not.toContain("google-1");
    await dash.press("R", "/", "status:>=500", "enter");
    expect(dash.shown()).toContain("qwen-32b");
    expect(dash.shown()).not.toContain("gemini-flash");
  });
});

describe("keys", () => {
  it("space disables at once where others take over, and u takes it back", async () => {
    const dash = await openDashboard();
    await dash.press("space");
    expect(dash.server.told).toEqual([{ type: "key-disable", id: "groq-1" }]);
    expect(dash.footer()).toContain("groq-1 disabled · u undo");
    await dash.press("u");
    expect(dash.server.told.at(-1)).toEqual({ type: "key-enable", id: "groq-1" });
    await dash.press("u");
    expect(dash.footer()).toContain("nothing to undo");
  });

  it("what can be undone can be for ten seconds", async () => {
    const dash = await openDashboard();
    await dash.press("space");
    await dash.ticker.move(10_001);
    await dash.press("u");
    expect(dash.server.told).toHaveLength(1);
  });

  it("the last ready key of a model is disabled only by a yes", async () => {
    const dash = await openDashboard();
    await dash.press("/", "google", "enter", "space");
    expect(dash.footer()).toContain("google-1 is the last ready key of gemini-flash. Disable it? y/n");
    await dash.press("n");
    expect(dash.server.told).toEqual([]);
    await dash.press("space", "y");
    expect(dash.server.told).toEqual([{ type: "key-disable", id: "google-1" }]);
  });

  it("removing asks for the last characters of the key", async () => {
    const dash = await openDashboard();
    await dash.press("x", "zzzz", "enter");
    expect(dash.server.told).toEqual([]);
    expect(dash.footer()).toContain("groq-1 stays");
    await dash.press("x", "4f2a", "enter");
    expect(dash.server.told).toEqual([{ type: "key-remove", id: "groq-1" }]);
  });

  it("reordering moves past the neighbour and can be undone", async () => {
    const dash = await openDashboard();
    await dash.press("]");
    expect(dash.server.told[0]).toMatchObject({ type: "keys-reorder", ids: expect.any(Array) });
    expect(JSON.stringify(dash.server.told[0])).toContain('["groq-2","groq-1","cerebras-1"');
    await dash.press("u");
    expect(JSON.stringify(dash.server.told[1])).toContain('["groq-1","groq-2","cerebras-1"');
    await dash.press("s", "]");
    expect(dash.server.told).toHaveLength(2);
    expect(dash.footer()).toContain("sort by order first");
  });

  it("a probe tells what the provider said", async () => {
    const dash = await openDashboard();
    dash.server.reply = () => ({
      type: "probes",
      probes: [
        { id: "groq-1", provider: "groq", result: "invalid", detail: "401", hint: null, durationMs: 9 },
      ],
    });
    await dash.press("p");
    expect(dash.server.told).toEqual([{ type: "key-test", id: "groq-1" }]);
    expect(dash.footer()).toContain("groq-1 is invalid: 401");
  });

  it("c ends a rest by a yes, which says for how long it would last; what still stands in the way is told", async () => {
    const dash = await openDashboard();
    await dash.press("c");
    expect(dash.footer()).toContain("groq-1 does not rest");
    await dash.press("down", "c");
    expect(dash.footer()).toContain(
      "groq-2 rests for 0:41: limit of 30 requests a minute. Call it again now? y/n",
    );
    await dash.press("n");
    expect(dash.server.told).toEqual([]);
    const [, view] = snapshot().keys;
    if (view === undefined) throw new Error("there is no such key");
    dash.server.reply = () => ({ type: "key", key: view, notes: [] });
    await dash.press("c", "y");
    expect(dash.server.told).toEqual([{ type: "key-clear", id: "groq-2" }]);
    expect(dash.footer()).toContain("groq-2 rests no longer");
    dash.server.reply = () => ({ type: "key", key: view, notes: ["It did not rest."] });
    await dash.press("c", "y");
    expect(dash.footer()).toContain("groq-2: It did not rest.");
  });

  it("all of it from its details, too, where the footer names it", async () => {
    const dash = await openDashboard();
    await dash.press("down", "enter");
    for (const hint of ["space off/on", "p probe", "c end rest", "e label", "esc back"])
      expect(dash.footer()).toContain(hint);
    await dash.press("p", "space", "e", "x", "enter", "c", "y");
    expect(dash.server.told).toEqual([
      { type: "key-test", id: "groq-2" },
      { type: "key-disable", id: "groq-2" },
      { type: "key-edit", id: "groq-2", label: "x" },
      { type: "key-clear", id: "groq-2" },
    ]);
    expect(dash.lines()[1]).toContain("groq-2");
  });

  it("adding asks for the provider by any beginning of its name, then for the key, unseen", async () => {
    const dash = await openDashboard();
    await dash.press("a", "nobody", "enter");
    expect(dash.footer()).toContain("provider:");
    await dash.press("ctrl-u", "gr", "enter", "gsk_made-up");
    expect(dash.footer()).not.toContain("gsk");
    await dash.press("enter");
    expect(dash.server.told).toEqual([{ type: "key-add", provider: "groq", secret: "gsk_made-up" }]);
  });

  it("e edits the label, and u brings the old one back", async () => {
    const dash = await openDashboard();
    await dash.press("e", "at work", "enter", "u");
    expect(dash.server.told).toEqual([
      { type: "key-edit", id: "groq-1", label: "at work" },
      { type: "key-edit", id: "groq-1", label: null },
    ]);
  });

  it("a refusal is said in the server's words, with its remedy", async () => {
    const dash = await openDashboard();
    dash.server.reply = () => {
      throw new CommandError("unknown_key", "There is no such key.", "See: freellm keys list");
    };
    await dash.press("space");
    expect(dash.footer()).toContain("There is no such key. See: freellm keys list");
    expect(dash.footer()).not.toContain("undo");
  });

  it("y copies the id", async () => {
    const dash = await openDashboard();
    await dash.press("y");
    expect(dash.screen.copied).toEqual(["groq-1"]);
  });
});

describe("models", () => {
  it("are switched, pinned, moved", async () => {
    const dash = await openDashboard();
    await dash.press("m", "space", "p", "]");
    expect(dash.server.told).toMatchObject([
      { type: "model-disable", model: "groq/llama-3.3-70b-versatile" },
      { type: "models-pin", models: ["groq/llama-3.3-70b-versatile"], pinned: true },
      { type: "models-reorder" },
    ]);
  });

  it("those without a key are shown when asked for", async () => {
    const dash = await openDashboard();
    await dash.press("m");
    expect(dash.shown()).not.toContain("deepseek");
    await dash.press("*");
    expect(dash.shown()).toContain("deepseek");
  });
});

describe("playground", () => {
  it("asks, shows the answer as it comes, who gave it and who failed before", async () => {
    const dash = await openDashboard();
    dash.server.answer = [
      {
        type: "head",
        servedBy: "mistral/mistral-small",
        trail: ["groq/llama key1=rate_minute"],
        requestId: "r",
      },
      { type: "text", text: "Hello " },
      { type: "text", text: "there\u001b[2J." },
    ];
    await dash.press("t", "Is q a key? m?", "enter");
    expect(dash.server.asked).toMatchObject([{ model: "auto", prompt: "Is q a key? m?" }]);
    expect(dash.shown()).toContain("Hello there.");
    expect(dash.shown()).toContain("by mistral/mistral-small");
    expect(dash.shown()).toContain("groq/llama key1=rate_minute");
    await dash.press("ctrl-r");
    expect(dash.server.asked).toHaveLength(2);
  });

  it("ctrl-k forces a key of those that have the model, T the one that is looked at", async () => {
    const dash = await openDashboard();
    await dash.press("t", "ctrl-k", "ctrl-k");
    expect(dash.lines()[1]).toContain("to auto by groq-2 alone");
    await dash.press("Hello", "enter");
    expect(dash.server.asked.at(-1)).toMatchObject({ model: "groq-2/auto", prompt: "Hello" });
    await dash.press("tab");
    expect(dash.lines()[1]).toContain("to groq/llama-3.3-70b-versatile by groq-2 alone");
    await dash.press("ctrl-k");
    expect(dash.session.ui.play.keyId).toBeNull();
    await dash.press("ctrl-k", "Hi", "enter");
    expect(dash.server.asked.at(-1)).toMatchObject({ model: "groq-1/groq/llama-3.3-70b-versatile" });
    // Another provider's model: the key does not have it.
    await dash.press("tab");
    expect(dash.session.ui.play).toMatchObject({ model: "cerebras/llama-3.3-70b", keyId: null });
    await dash.press("esc", "g", "down", "down", "T");
    expect(dash.lines()[1]).toContain("to cerebras/llama-3.3-70b by cerebras-1 alone");
    await dash.press("esc", "down", "enter", "T");
    expect(dash.lines()[1]).toContain("to auto by google-1 alone");
  });

  it("tab chooses another model, t on a model asks that one", async () => {
    const dash = await openDashboard();
    await dash.press("t", "tab");
    expect(dash.session.ui.play.model).toBe("groq/llama-3.3-70b-versatile");
    await dash.press("shift-tab", "esc", "m", "down", "t");
    expect(dash.session.ui.play.model).toBe("cerebras/llama-3.3-70b");
  });
});

describe("the command line", () => {
  it("goes to places and filters", async () => {
    const dash = await openDashboard();
    await dash.press(":", "provider groq", "enter");
    expect(dash.lines()[1]).toContain("/provider:groq");
    await dash.press(":", "nonsense", "enter");
    expect(dash.footer()).toContain("models, requests, analytics");
    await dash.press(":", "q", "enter");
    expect(dash.screen.quits).toBe(1);
  });
});
