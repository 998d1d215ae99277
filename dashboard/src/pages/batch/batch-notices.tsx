import type { BatchProgress } from "@fovea/client";
import type { BatchView } from "@fovea/react";
import { Alert } from "@mantine/core";
import { IconHourglass, IconPlayerPause } from "@tabler/icons-react";
import { ErrorNotice } from "../../parts/error-notice.tsx";
import { dateTime } from "../../parts/format.ts";

/** Why it does not go on, and what to do about it. */
export function BatchNotices({
  batch,
  progress,
}: {
  readonly batch: BatchView;
  readonly progress: BatchProgress;
}) {
  const { error_message, waiting_until, status, is_active } = progress;
  return (
    <>
      {batch.error !== undefined && <ErrorNotice error={batch.error} onRetry={batch.refresh} />}
      {error_message !== null && (
        <Alert
          color="yellow"
          variant="light"
          icon={<IconPlayerPause aria-hidden />}
          title={titles[status] ?? "Note"}
        >
          {error_message}
        </Alert>
      )}
      {is_active && waiting_until !== null && (
        <Alert color="blue" variant="light" icon={<IconHourglass aria-hidden />} title="Waiting for quota">
          Every key of the model has used up its quota, or was asked to wait. It goes on by itself at{" "}
          {dateTime(waiting_until)}.
        </Alert>
      )}
    </>
  );
}

const titles: Readonly<Record<string, string>> = {
  paused: "The service paused this batch",
  cancelled: "This batch was cancelled",
  failed: "This batch failed",
};
