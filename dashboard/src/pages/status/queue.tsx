import { Skeleton } from "@mantine/core";
import { ErrorNotice } from "../../parts/error-notice.tsx";
import { FigureRow } from "../../parts/figure-row.tsx";
import { count, percent } from "../../parts/format.ts";
import { Section } from "../../parts/section.tsx";
import { useBatchNumbers, useQueue } from "./use-status.ts";

const labels = [
  ["pending", "Pending", "wait for a worker"],
  ["processing", "Processing", "with a worker now"],
  ["retrying", "Retrying", "wait for another try"],
  ["completed", "Completed", "have all results"],
  ["failed", "Failed", "given up, or cancelled"],
] as const;

/** What waits, and what was done. */
export function Queue() {
  const queue = useQueue();
  const batches = useBatchNumbers();
  return (
    <Section
      title="Queue"
      hint="Chunks of batches of images: what a worker takes at a time. All processes together."
    >
      {queue.isPending && <Skeleton height={88} />}
      {queue.error && <ErrorNotice error={queue.error} title="The queue cannot be shown" />}
      {queue.data && (
        <FigureRow
          label="Chunks"
          figures={labels.map(([state, label, more]) => ({
            ...{ label, more },
            value: count(queue.data.queue_stats[state]),
          }))}
        />
      )}
      {batches.error && !queue.error && (
        <ErrorNotice error={batches.error} title="The batches cannot be counted" />
      )}
      {batches.data && (
        <FigureRow
          label="Batches"
          figures={[
            { label: "Batches", value: count(batches.data.total_batches) },
            { label: "Active", value: count(batches.data.active_batches) },
            { label: "Rows with a result", value: count(batches.data.total_urls_processed) },
            {
              label: "Of these succeeded",
              value:
                batches.data.total_urls_processed === 0 ? "–" : percent(batches.data.overall_success_rate),
            },
          ]}
        />
      )}
    </Section>
  );
}
