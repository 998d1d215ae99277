import { expect, test } from "vitest";
import { connectSocketIo, connectWebSocket } from "../../src/platform/events/sockets/testing/clients.ts";
import { listenApp, localToken } from "../world.ts";

const env = { JWT_SECRET_KEY: "of this test, and of no other one", RATE_LIMITS: "off" };

test("clients of Socket.IO and of /ws see a batch of icons from its first progress to its end", async () => {
  const { baseUrl, config } = await listenApp(env);
  const token = await localToken(config, { subject: "ann" });
  const authorization = `Bearer ${token}`;
  const listening = connectSocketIo(baseUrl, { auth: { token } });
  const plain = await connectWebSocket(`${baseUrl}/ws`, { authorization });
  for (const { next } of [listening, plain]) expect(await next()).toMatchObject(["connected", {}]);

  const answer = await fetch(`${baseUrl}/api/icons/generate/batch`, {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify({ categories: ["tools", "sports"] }),
  });
  const { batch_id: id } = (await answer.json()) as { batch_id: string };
  for (const { next } of [listening, plain]) {
    const seen: (readonly [event: string, data: unknown])[] = [];
    do seen.push(await next());
    while (seen.at(-1)?.[0] !== "job_completed");
    const datasOf = (name: string) => seen.filter(([event]) => event === name).map(([, data]) => data);
    expect(datasOf("batch_progress").at(-1)).toEqual({
      ...{ batch_id: id, progress: 100, current_category: null, completed: 2, total: 2 },
    });
    expect(datasOf("job_output")).toEqual([1, 2].map(() => ({ job_id: id, line: expect.any(String) })));
    expect(datasOf("job_completed")).toMatchObject([{ job_id: id, summary: { status: "completed" } }]);
  }

  const late = connectSocketIo(baseUrl, { query: { token }, transports: ["websocket"] });
  await late.next();
  expect(await late.socket.emitWithAck("join_batch", { batch_id: id })).toMatchObject({ ok: true });
  expect(await late.next()).toMatchObject(["batch_progress", { batch_id: id, progress: 100, total: 2 }]);
  const stranger = connectSocketIo(baseUrl, {
    auth: { token: await localToken(config, { subject: "bob" }) },
  });
  await stranger.next();
  expect(await stranger.socket.emitWithAck("join_batch", { batch_id: id })).toMatchObject({ ok: false });
  expect(await stranger.next()).toMatchObject(["join_failed", { batch_id: id }]);
});
