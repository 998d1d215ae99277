import type { Trace } from "../tracing/trace.ts";
import type { OpenedFiles } from "./open-files.ts";

/** Tells of each file that is stored; not of its name, which is where it can be had. */
export const tracedFiles = (files: OpenedFiles, trace: Trace): OpenedFiles => ({
  ...files,
  put: (name, bytes, about) =>
    trace("store file", { kind: "client", attributes: { "fovea.kind": files.kind } }, async (span) => {
      const stored = await files.put(name, bytes, about);
      span.set({ "fovea.bytes": stored.size });
      return stored;
    }),
});
