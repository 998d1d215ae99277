import { describe, expect, test } from "vitest";
import { listenApp, localToken } from "../world.ts";
import { addressOf, type Followed, follow, refusal } from "./follow.ts";

const env = { JWT_SECRET_KEY: "of this test, and of no other one", RATE_LIMITS: "off" };

async function start(AUTH: string) {
  const { baseUrl, config } = await listenApp({ ...env, AUTH });
  const as = async (subject: string, admin = false) => ({
    authorization: `Bearer ${await localToken(config, { subject, admin })}`,
  });
  return {
    baseUrl,
    as,
    async order(headers: Readonly<Record<string, string>>, categories: readonly string[]) {
      const answer = await fetch(`${baseUrl}/api/icons/generate/batch`, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify({ categories }),
      });
      expect(answer.status).toBe(201);
      return ((await answer.json()) as { batch_id: string }).batch_id;
    },
  };
}

const datasOf = (frames: Awaited<ReturnType<Followed["until"]>>, event: string) =>
  frames.filter((frame) => frame.event === event).map(({ data }) => data.data);

describe.each(["contract", "all"])("with AUTH=%s", (AUTH) => {
  test("a batch of icons is told to its owner alone, by the documented events and payloads", async () => {
    const { baseUrl, as, order } = await start(AUTH);
    const [ann, bob] = [await as(`ann ${AUTH}`), await as(`bob ${AUTH}`)];
    const hers = await follow(baseUrl, { topics: ["mine"], headers: ann });
    const his = await follow(baseUrl, { topics: ["mine"], headers: bob });
    await hers.next();
    await his.next();
    const id = await order(ann, ["tools", "sports"]);
    const frames = await hers.until("job_completed");
    const progress = datasOf(frames, "batch_progress");
    expect(progress.at(-1)).toEqual({
      ...{ batch_id: id, progress: 100, current_category: null, completed: 2, total: 2 },
    });
    expect(datasOf(frames, "job_output")).toEqual(
      [1, 2].map(() => ({ job_id: id, line: expect.any(String) })),
    );
    expect(datasOf(frames, "job_completed")).toEqual([
      { job_id: id, summary: { status: "completed", total: 2, successful: 2, failed: 0 } },
    ]);
    expect(new Set(frames.map(({ data }) => data.topic))).toEqual(new Set([`icons/${id}`]));

    const topic = `icons/${id}`;
    const missing = { status: 404, code: "topic_not_found" };
    expect(await refusal(addressOf(baseUrl, topic), bob)).toMatchObject(missing);
    expect(await refusal(addressOf(baseUrl, topic))).toMatchObject(
      AUTH === "all" ? { status: 401 } : missing,
    );
    const again = await follow(baseUrl, { topics: [topic], headers: ann });
    expect((await again.next()).data).toMatchObject({ topic, data: { status: "completed", completed: 2 } });
    // Nothing of hers has come to him before what is his.
    const other = await order(bob, ["tools"]);
    expect((await his.next()).data.topic).toBe(`icons/${other}`);
  });
});
