import { useFovea } from "@fovea/react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

/** Between two looks at the lists, however much happens. */
const restMs = 1_000;
const pauseMs = 5_000;

/**
 * Has the lists read again when something happens to one's own work. @returns whether that is told as it happens (true), or
 * the lists are looked at every few seconds (false)
 */
export function useLiveWork(): boolean | undefined {
  const fovea = useFovea();
  const queries = useQueryClient();
  const [live, setLive] = useState<boolean>();

  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void queries.invalidateQueries({ queryKey: ["work"] });
      }, restMs);
    };
    const follow = async () => {
      while (!signal.aborted) {
        try {
          for await (const { event } of fovea.events.once(["mine"], { signal, maxRetries: 0 })) {
            setLive(true);
            if (event !== "snapshot") look();
          }
        } catch {
          // Whatever it was, the lists are looked at until a connection comes about.
        }
        if (signal.aborted) return;
        setLive(false);
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    };
    void follow();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [fovea, queries]);

  return live;
}
