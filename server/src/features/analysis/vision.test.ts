import { expect, test } from "vitest";
import type { VisionModel } from "../../models/contract.ts";
import { chooseModel, missingModel, type Vision } from "./vision.ts";

const model = (name: string): VisionModel => ({
  name,
  version: "1",
  limits: { longSide: 1000, maxBytes: 1_000_000, formats: ["png"] },
  answers: "any question",
  describe: async () => ({ output: {}, model: name, usage: null, costMicros: null, key: null }),
  close: async () => {},
});
const [usual, local] = [model("usual"), model("local")];
const vision: Vision = { usual, named: new Map([["local", local]]) };

test("a batch gets the model that it names, and the usual one where it names none", () => {
  expect(chooseModel(vision, "local")).toBe(local);
  expect(chooseModel(vision, null)).toBe(usual);
});

test("none stands in for a model that is not there", () => {
  expect(chooseModel(vision, "gone")).toBeNull();
  expect(chooseModel({ ...vision, usual: null }, null)).toBeNull();
  expect(chooseModel({ ...vision, usual: null }, "local")).toBe(local);
});

test("what is missing is said with what to do", () => {
  expect(missingModel(null)).toMatch(/resume the batch.*model=local/);
  expect(missingModel("gone")).toMatch(/The model gone .*resume the batch/);
});
