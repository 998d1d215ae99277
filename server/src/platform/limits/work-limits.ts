import { availableParallelism, totalmem } from "node:os";
import type { Config } from "../config.ts";

/** Half of the memory is for pictures being worked on, half for bodies, so that neither can starve the other. */
export function workLimits(config: Pick<Config, "PREPARE_CONCURRENCY" | "PREPARE_MEMORY_MB">) {
  const bytes =
    config.PREPARE_MEMORY_MB === undefined
      ? Math.min(memoryLimit() / 4, 2 ** 32)
      : config.PREPARE_MEMORY_MB * 2 ** 20;
  return {
    slots: config.PREPARE_CONCURRENCY ?? availableParallelism(),
    memoryBytes: bytes / 2,
    uploadBytes: bytes / 2,
  };
}

/** Bytes that this process may take: of its container, else of the machine. */
export function memoryLimit(): number {
  // Zero or a number beyond the machine's memory where no limit is set for the container.
  const constrained = process.constrainedMemory();
  return constrained > 0 && constrained < totalmem() ? constrained : totalmem();
}
