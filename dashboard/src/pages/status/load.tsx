import { Anchor, Text } from "@mantine/core";
import { signInAddress } from "../../parts/error-notice.tsx";
import { FigureRow } from "../../parts/figure-row.tsx";
import { bytes, count, duration } from "../../parts/format.ts";
import { Section } from "../../parts/section.tsx";
import { useHealth, useProcess, wantsSignIn } from "./use-status.ts";

/** What the process that answers works with, and has under way. */
export function Load() {
  const config = useHealth().data?.data.config;
  const { data, error } = useProcess();
  return (
    <Section title="Workers and load" hint="Of the process that answers this page.">
      {config && (
        <FigureRow
          label="Concurrency"
          figures={[
            {
              label: "Rows at a time",
              value: count(config.max_concurrent_workers),
              more: "MAX_CONCURRENT_WORKERS",
            },
            {
              label: "Batches at a time",
              value: count(config.max_concurrent_batches),
              more: "MAX_CONCURRENT_BATCHES",
            },
            { label: "Rows of a chunk", value: count(config.chunk_size), more: "CHUNK_SIZE" },
            { label: "Keys of vision models", value: count(config.api_keys_count) },
          ]}
        />
      )}
      {data && (
        <FigureRow
          label="Load"
          figures={[
            { label: "Pictures being prepared", value: count(data.prepare.running) },
            { label: "Pictures waiting", value: count(data.prepare.waiting) },
            { label: "Memory for them", value: bytes(data.prepare.memoryBytes), more: "estimated" },
            { label: "Uploads under way", value: bytes(data.prepare.uploadBytes) },
            { label: "Memory of the process", value: bytes(data.memory_mb * 2 ** 20) },
            { label: "Up for", value: duration(data.uptime_seconds) },
          ]}
        />
      )}
      {error && (
        <Text size="sm" c="dimmed">
          {wantsSignIn(error) ? (
            <>
              What the process has under way is for the administrator:{" "}
              <Anchor href={signInAddress()} inherit underline="always">
                sign in
              </Anchor>
              .
            </>
          ) : (
            `What the process has under way is not known: ${error.message}`
          )}
        </Text>
      )}
    </Section>
  );
}
