import { expect, it } from "vitest";
import { progressIn } from "./progress.ts";

it.each([
  ["", null, null],
  ["Using seed: 12345\nPrompt: 50% off, step 3 of 4", null, null],
  ["  0%|          | 0/28 [00:00<?, ?it/s]", 0, "0 of 28"],
  [" 25%|██▌       | 7/28 [00:02<00:06,  3.33it/s]", 0.25, "7 of 28"],
  ["  0%|          | 0/4 [00:00<?, ?it/s]\r 50%|█████     | 2/4 [00:00<00:00]\r", 0.5, "2 of 4"],
  ["100%|██████████| 4/4 [00:01<00:00,  3.33it/s]\nTotal safe images: 1", 1, "4 of 4"],
  ["  33%|███▎      |", 0.33, null],
  ["step 3/12 done", 0.25, "3 of 12"],
  ["Iteration 5 of 10", 0.5, "5 of 10"],
  ["Progress: 42.5 %", 0.425, null],
  ["Loaded 1500% of nothing", null, null],
  ["100%|████| 28/28 [00:02]\r\nUpscaling\n 10%|█   | 1/10 [00:00]", 0.1, "1 of 10"],
  ["step 9/4", null, null],
  ["version 1.5 took 3/4 of a second", null, null],
])("of %o it is %o", (logs, progress, note) => {
  expect(progressIn(logs)).toEqual({ progress, note });
});

it("only the end of long logs is read", () => {
  expect(progressIn(`10%|█| 1/10 [0s]\n${"x".repeat(5_000)}`)).toEqual({ progress: null, note: null });
});
