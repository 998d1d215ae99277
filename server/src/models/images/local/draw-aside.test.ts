import { expect, it } from "vitest";
import { drawAside } from "./draw-aside.ts";

it("a drawing that is not wanted any more is stopped in the middle", async () => {
  const controller = new AbortController();
  const told: number[] = [];
  const drawn = drawAside(
    { prompt: "hello", seed: 1, width: 512, height: 512 },
    controller.signal,
    (progress) => {
      told.push(progress);
      controller.abort("cancelled");
    },
  );
  await expect(drawn).rejects.toBe("cancelled");
  expect(told).toHaveLength(1);
});
