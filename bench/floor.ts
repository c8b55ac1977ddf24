/** The floor: the least that a proxy in Bun can do. `bun bench/floor.ts PORT UPSTREAM_ORIGIN`. */
const [, , port, upstream] = process.argv;

Bun.serve({
  hostname: "127.0.0.1",
  port: Number(port),
  idleTimeout: 0,
  async fetch(request) {
    const path = request.url.slice(request.url.indexOf("/", 8));
    const init: RequestInit = { method: request.method, headers: request.headers };
    if (request.method === "POST") init.body = await request.text();
    // `/hops-19/...`: asks this many failing addresses first, as a failover would.
    const hops = Number(/^\/hops-(\d+)/.exec(path)?.[1] ?? 0);
    for (let hop = 1; hop <= hops; hop++) await (await fetch(`${upstream}/failing-${hop}/v1/x`, init)).text();
    return await fetch(upstream + path.replace(/^\/hops-\d+/, ""), init);
  },
});
