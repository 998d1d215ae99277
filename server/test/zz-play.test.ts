import { test } from "vitest";
import { listenApp } from "./world.ts";
import http from "node:http";
test("play", async () => {
  const w = await listenApp({ HOST: "127.0.0.1" });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const get = (path: string) => new Promise((resolve) => http.get(w.baseUrl + path, { agent }, (r) => { r.resume(); r.on("end", () => resolve([r.statusCode, r.headers.connection])); }).on("error", (e) => resolve(e.message)));
  console.log(await get("/health"));
  const slow = http.request(w.baseUrl + "/api/v1/validate", { method: "POST", agent, headers: { authorization: "Bearer test-token", "content-type": "application/json" } });
  const done = new Promise((resolve) => slow.on("response", (r) => { r.resume(); r.on("end", () => resolve([r.statusCode, r.headers.connection])); }).on("error", (e) => resolve(e.message)));
  slow.write("{");
  await new Promise((r) => setTimeout(r, 100));
  const t = performance.now();
  const closed = w.app.close(5000).then(() => performance.now() - t);
  await new Promise((r) => setTimeout(r, 100));
  slow.end("}");
  console.log(await done, performance.now() - t);
  console.log(await closed);
});
