import { expect, test } from "vitest";
import { DatabaseUnavailable } from "../database/errors.ts";
import { persist } from "./persist.ts";

const away = () => new DatabaseUnavailable(new Error("no route"));

test("work is repeated while the database is away", async () => {
  let calls = 0;
  const work = async () => {
    calls += 1;
    if (calls < 3) throw away();
    return "done";
  };
  expect(await persist(work, new AbortController().signal)).toBe("done");
  expect(calls).toBe(3);
});

test("another error is not repeated", async () => {
  let calls = 0;
  const work = async () => {
    calls += 1;
    throw new Error("a bug");
  };
  await expect(persist(work, new AbortController().signal)).rejects.toThrow("a bug");
  expect(calls).toBe(1);
});

test("it is given up when the job is no longer ours", async () => {
  const controller = new AbortController();
  const work = async () => {
    controller.abort(new Error("lost"));
    throw away();
  };
  await expect(persist(work, controller.signal)).rejects.toThrow("aborted");
  await expect(persist(async () => "too late", controller.signal)).rejects.toThrow("lost");
});
