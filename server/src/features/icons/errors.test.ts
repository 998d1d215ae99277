import { expect, test } from "vitest";
import * as errors from "./errors.ts";

const told = (error: ReturnType<typeof errors.batchNotFound>, path: string) => {
  const context = { correlationId: "1", timestamp: "", method: "GET", accept: "", path };
  const { status, body } = errors.iconsDialect.render(error, context);
  return [status, JSON.parse(body)];
};

test("what went wrong is told in three fields, and where an icon was asked for with the word that it failed", () => {
  const path = "/api/icons/batch/1/result";
  expect(told(errors.batchNotFinished({ status: "running", progress: 60 }), path)).toEqual([
    409,
    {
      message: "Batch not finished",
      error: "batch_not_finished",
      metadata: { status: "running", progress: 60 },
    },
  ]);
  expect(told(errors.batchNotFound(), path)).toEqual([
    404,
    { message: "Batch not found", error: "batch_not_found", metadata: {} },
  ]);
  expect(told(errors.batchNotCancellable("completed"), path)).toMatchObject([
    400,
    { message: "Cannot cancel a batch that is completed" },
  ]);
  const failure = { code: "refused", message: "Not that.", category: "electronics", attempts: 3 };
  expect(told(errors.generationFailed(failure), "/api/icons/generate")).toEqual([
    500,
    {
      success: false,
      message: "Not that.",
      error: "refused",
      metadata: { category: "electronics", attempts: 3 },
    },
  ]);
});
