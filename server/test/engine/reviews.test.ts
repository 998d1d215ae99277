import { expect, test } from "vitest";
import { done, failed } from "../../src/engine/kind.ts";
import type { ResultFilter } from "../../src/engine/result-filter.ts";
import { describeEngine } from "./databases.ts";
import { createWorld, numbers, roomy } from "./world.ts";

describeEngine("reviews", (database) => {
  /** 95 items in ten chunks, of which every seventh failed the first time. */
  const completed = async () => {
    const world = createWorld(database(), (_input, { position, attempt }) =>
      position % 7 === 0 && attempt === 1
        ? failed("odd", "No.")
        : done({ a: { list: [{ deep: `Straße ${position}` }], deep: 5 } }),
    );
    const id = await world.begin(numbers(95));
    await world.engine.run();
    await world.reached(id, "completed");
    const say = (
      verdict: "accepted" | "flagged" | null,
      positions: readonly number[],
      note: string | null = null,
    ) => world.engine.review(id, { positions, verdict, note, by: "Ada" });
    const positionsOf = async (filter: ResultFilter) =>
      (await world.engine.results(id, filter, { limit: 100 })).map(({ position }) => position);
    return { ...world, id, say, positionsOf };
  };

  test("a verdict is said of results that are there, replaced, and taken back", async () => {
    const { engine, id, say, positionsOf } = await completed();
    expect(await engine.hasReviews(id)).toBe(false);
    expect(await say("accepted", [3, 4, 94, 95, 2_000])).toEqual([3, 4, 94]);
    expect(await say("flagged", [4, 7], "blurred")).toEqual([4, 7]);
    const read = async (position: number) =>
      (await engine.results(id, { positions: [position, position + 1] }, { limit: 1 }))[0]?.review;
    expect(await read(3)).toEqual({ verdict: "accepted", note: null, by: "Ada", at: expect.any(Date) });
    expect(await read(4)).toMatchObject({ verdict: "flagged", note: "blurred" });
    expect(await read(5)).toBeNull();
    expect(await engine.countVerdicts(id)).toEqual({ accepted: 2, flagged: 2, succeeded: 3 });
    expect(await positionsOf({ review: "any" })).toEqual([3, 4, 7, 94]);
    expect(await say(null, [3, 5, 95])).toEqual([3, 5]);
    expect(await read(3)).toBeNull();
    expect(await positionsOf({ review: "any" })).toEqual([4, 7, 94]);
    expect(await engine.hasReviews(id)).toBe(true);
  });

  test("lists, pages and counts agree with every filter beside it", async () => {
    const { engine, id, say, positionsOf } = await completed();
    const [accepted, flagged] = [numbers(95).filter((n) => n % 5 === 0), [7, 11, 93]];
    await say("accepted", accepted);
    await say("flagged", flagged);
    const nobody = (n: number) => !accepted.includes(n) && !flagged.includes(n);
    const cases: [ResultFilter, (n: number) => boolean][] = [
      [{ review: "accepted" }, (n) => accepted.includes(n)],
      [{ review: "flagged" }, (n) => flagged.includes(n)],
      [{ review: "any" }, (n) => !nobody(n)],
      [{ review: "none" }, nobody],
      [{ review: "none", succeeded: true }, (n) => nobody(n) && n % 7 !== 0],
      [{ review: "none", succeeded: false }, (n) => nobody(n) && n % 7 === 0],
      [{ review: "none", codes: ["odd"] }, (n) => nobody(n) && n % 7 === 0],
      [
        { review: "none", succeeded: true, positions: [14, 57] },
        (n) => nobody(n) && n % 7 !== 0 && n > 13 && n < 57,
      ],
      [{ review: "any", succeeded: false }, (n) => !nobody(n) && n % 7 === 0],
      [{ output: [{ path: ["a"], containsAnywhere: "STRASSE" }] }, () => false],
      [
        { output: [{ path: ["a"], containsAnywhere: "sTRAßE 9" }] },
        (n) => n % 7 !== 0 && `${n}`.startsWith("9"),
      ],
      [{ output: [{ path: ["a"], containsAnywhere: "deep" }] }, () => false],
      [{ output: [{ path: [], containsAnywhere: "e 11" }], review: "flagged" }, (n) => n === 11],
    ];
    for (const [filter, expected] of cases) {
      const what = JSON.stringify(filter);
      const wanted = numbers(95).filter(expected);
      expect(await positionsOf(filter), what).toEqual(wanted);
      expect(await engine.countResults(id, filter), what).toBe(wanted.length);
      const streamed: number[] = [];
      for await (const page of engine.resultPages(id, filter))
        streamed.push(...page.map(({ position }) => position));
      expect(streamed, what).toEqual(wanted);
    }
  });

  test("what is tried again, or begun anew, is a result of which nothing was said", async () => {
    const { engine, id, say, positionsOf, reached } = await completed();
    await say("flagged", [0, 1, 7]);
    await engine.retry(id, { ...roomy, positions: [7] });
    await reached(id, "completed");
    expect(await positionsOf({ review: "any" })).toEqual([0, 1]);
    expect(await engine.countVerdicts(id)).toEqual({ accepted: 0, flagged: 2, succeeded: 1 });
    expect(await engine.countResults(id, { succeeded: true, review: "none" })).toBe(81);
    expect(await say("accepted", [7])).toEqual([7]);
    expect(await positionsOf({ review: "accepted" })).toEqual([7]);
    await engine.reset(id, { force: true });
    expect(await engine.hasReviews(id)).toBe(false);
    expect(await say("accepted", [1])).toEqual([]);
  });

  test("nothing is said of a batch that is removed", async () => {
    const { engine, id, say } = await completed();
    await engine.stop(1_000);
    await engine.remove(id, { force: false });
    expect(await say("accepted", [1, 2])).toEqual([]);
  });
});
