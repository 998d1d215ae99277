import { type CreateBatchOptions, Fovea } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { useQueryClient } from "@tanstack/react-query";
import { useBlocker, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { fetchWithProgress, type Sent } from "./fetch-with-progress.ts";

/** Uploads a file as a batch, once however often it is clicked, and then shows the batch. */
export function useStartBatch() {
  const { baseUrl } = useFovea();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [sent, setSent] = useState<Sent | null>(null);
  const [error, setError] = useState<unknown>(null);
  // A ref, since two clicks may come before a render.
  const upload = useRef<AbortController | null>(null);
  const keys = useRef(new Map<string, string>());
  useEffect(() => () => upload.current?.abort(), []);
  useBlocker({
    shouldBlockFn: () =>
      upload.current !== null && !window.confirm("The upload is not through yet. Leave, and end it?"),
    enableBeforeUnload: () => upload.current !== null,
  });

  async function start(file: File, options: CreateBatchOptions): Promise<void> {
    if (upload.current) return;
    const controller = new AbortController();
    upload.current = controller;
    setError(null);
    setSent({ loaded: 0, total: file.size });
    // The same form is the same batch, also where its answer got lost.
    const form = JSON.stringify(options);
    const idempotencyKey = keys.current.get(form) ?? newKey();
    keys.current.set(form, idempotencyKey);
    try {
      const client = new Fovea({ baseUrl, fetch: fetchWithProgress(setSent) });
      const { signal } = controller;
      const { batch_id } = await client.batches.create(file, options, { idempotencyKey, signal });
      upload.current = null;
      void queries.invalidateQueries({ queryKey: ["work"] });
      await navigate({ to: "/batch/$batchId", params: { batchId: batch_id } });
    } catch (problem) {
      if (!controller.signal.aborted) setError(problem);
    } finally {
      upload.current = null;
      setSent(null);
    }
  }

  return { start, cancel: () => upload.current?.abort(), sent, error };
}

/** Also where the service is reached without TLS, where browsers make no UUIDs. */
const newKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
