import { NotFoundError } from "@fovea/client";
import { useBatch, useFovea } from "@fovea/react";
import { Skeleton, Stack, VisuallyHidden } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { ErrorNotice } from "../../parts/error-notice.tsx";
import { count, percent } from "../../parts/format.ts";
import { LiveBadge } from "../../parts/live-badge.tsx";
import { Page } from "../../parts/page.tsx";
import { NotFoundPage } from "../not-found-page.tsx";
import { BatchActions } from "./batch-actions.tsx";
import { BatchNotices } from "./batch-notices.tsx";
import { BatchProgressCard } from "./batch-progress-card.tsx";
import { BatchResults } from "./results/batch-results.tsx";
import { inTenths } from "./spoken-progress.ts";

/** One batch: how it goes on, what can be done with it, and what came of its rows. */
export function BatchPage() {
  const { batchId } = useParams({ from: "/batch/$batchId" });
  const fovea = useFovea();
  const batch = useBatch(batchId);
  const { progress, live, error } = batch;
  const details = useQuery({
    queryKey: ["batch", batchId, "details", progress?.status],
    queryFn: ({ signal }) => fovea.batches.get(batchId, { signal }),
    placeholderData: (before) => before,
    // Cost and time so far grow with the work.
    refetchInterval: progress?.is_active ? 5_000 : false,
  });

  if (details.error instanceof NotFoundError) return <NotFoundPage />;
  const info = details.data?.batch_info;
  const title = info?.batch_name ?? "Batch";
  if (!progress || !details.data) {
    return (
      <Page title={title}>
        {error || details.error ? (
          <ErrorNotice error={error ?? details.error} onRetry={batch.refresh} />
        ) : (
          <Skeleton height={160} />
        )}
      </Page>
    );
  }
  return (
    <Page
      title={title}
      documentTitle={documentTitle(progress, title)}
      actions={<BatchActions batch={batch} info={details.data.batch_info} progress={progress} />}
    >
      <Stack gap="md">
        <BatchNotices batch={batch} progress={progress} />
        <BatchProgressCard
          progress={progress}
          details={details.data}
          live={<LiveBadge live={live} lost={error !== undefined && !batch.isOver} />}
        />
        <VisuallyHidden role="status">
          {`${progress.status}, ${inTenths(progress.progress_percentage)} % done`}
        </VisuallyHidden>
      </Stack>
      <BatchResults batchId={batchId} progress={progress} onRestarted={batch.refresh} />
    </Page>
  );
}

function documentTitle(progress: Parameters<typeof BatchProgressCard>[0]["progress"], name: string): string {
  const { status, processed_count, total_urls, progress_percentage } = progress;
  const done = `${count(processed_count)}/${count(total_urls)}`;
  if (status === "completed") return `✓ ${done} · ${name}`;
  return status === "processing"
    ? `${percent(progress_percentage)} ${done} · ${name}`
    : `${done} ${status} · ${name}`;
}
