import { bytes, count, some } from "../terminal/units.ts";
import type { Outcome } from "./outcome.ts";

/** What all pictures come to, for the last line. */
export function createSums() {
  let prepared = 0;
  let failed = 0;
  const before = { bytes: 0, tokens: 0 };
  const after = { bytes: 0, tokens: 0 };
  let model = "";
  return {
    get done() {
      return prepared + failed;
    },
    get failed() {
      return failed;
    },
    add(outcome: Outcome): void {
      if (outcome.state === "failed") {
        failed += 1;
        return;
      }
      const { picture } = outcome;
      prepared += 1;
      model = picture.model;
      before.bytes += picture.before.bytes;
      before.tokens += picture.before.tokens ?? 0;
      after.bytes += picture.after.bytes;
      after.tokens += picture.after.tokens ?? 0;
    },
    sentence(dryRun: boolean): string {
      const counted = `${some(prepared, "picture")} ${dryRun ? "would be prepared" : "prepared"}${failed > 0 ? `, ${count(failed)} failed` : ""}`;
      if (prepared === 0) return `${counted}.`;
      const sizes = `${bytes(before.bytes)} → ${bytes(after.bytes)}`;
      const tokens =
        before.tokens > 0
          ? `${count(before.tokens)} → ${count(after.tokens)} tokens`
          : `${count(after.tokens)} tokens`;
      return `${counted}: ${sizes}${after.tokens > 0 ? `, ${tokens} of ${model} (estimated)` : ""}.`;
    },
  };
}
