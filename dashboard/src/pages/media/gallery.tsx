import type { MediaJob } from "@fovea/client";
import {
  Button,
  Center,
  Group,
  SegmentedControl,
  Skeleton,
  Stack,
  Text,
  Title,
  UnstyledButton,
} from "@mantine/core";
import { IconPhoto } from "@tabler/icons-react";
import { useState } from "react";
import { EmptyState } from "../../parts/empty-state.tsx";
import { ErrorNotice } from "../../parts/error-notice.tsx";
import { counted, timeAgo } from "../../parts/format.ts";
import { Picture } from "../../parts/picture.tsx";
import { StatusBadge } from "../../parts/status-badge.tsx";
import classes from "./gallery.module.css";
import { previewAddress } from "./picture-address.ts";
import { type JobFilter, jobsOf, useJobs } from "./use-jobs.ts";

const filters: readonly { value: JobFilter; label: string }[] = [
  { value: "all", label: "All" },
  { value: "completed", label: "Completed" },
  { value: "failed", label: "Failed" },
];

/** Everything that was made, newest first. */
export function Gallery({ onOpen }: { readonly onOpen: (job: MediaJob) => void }) {
  const [filter, setFilter] = useState<JobFilter>("all");
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useJobs(filter);
  const jobs = data ? jobsOf(data.pages) : [];
  const total = data?.pages.at(-1)?.total ?? 0;
  return (
    <Stack gap="sm" component="section" aria-label="Gallery">
      <Group justify="space-between">
        <Title order={2}>Gallery</Title>
        <SegmentedControl
          size="xs"
          data={[...filters]}
          value={filter}
          onChange={(value) => setFilter(filters.find((each) => each.value === value)?.value ?? "all")}
          aria-label="Which jobs"
        />
      </Group>
      {error && (
        <ErrorNotice error={error} title="The jobs could not be read" onRetry={() => void refetch()} />
      )}
      {isPending && (
        <div className={classes["grid"]} aria-hidden>
          {[1, 2, 3, 4].map((each) => (
            <Skeleton key={each} height={220} />
          ))}
        </div>
      )}
      {data && jobs.length === 0 && <NothingHere filter={filter} onAll={() => setFilter("all")} />}
      {jobs.length > 0 && (
        <ul className={classes["grid"]} aria-label="Jobs, newest first">
          {jobs.map((job) => (
            <li key={job.id}>
              <JobCard job={job} onOpen={() => onOpen(job)} />
            </li>
          ))}
        </ul>
      )}
      {jobs.length > 0 && (
        <Center>
          <Group>
            <Text size="sm" c="dimmed" className="numbers">
              {jobs.length} of {counted(total, "job")}
            </Text>
            {hasNextPage && (
              <Button
                variant="default"
                size="xs"
                loading={isFetchingNextPage}
                onClick={() => void fetchNextPage()}
              >
                Show more
              </Button>
            )}
          </Group>
        </Center>
      )}
    </Stack>
  );
}

function NothingHere({ filter, onAll }: { readonly filter: JobFilter; readonly onAll: () => void }) {
  if (filter !== "all") {
    return (
      <EmptyState
        title={`No job has ${filter === "failed" ? "failed" : "completed"}`}
        action={
          <Button variant="default" size="xs" onClick={onAll}>
            Show all
          </Button>
        }
      />
    );
  }
  return (
    <EmptyState title="No pictures yet" icon={<IconPhoto />}>
      Pictures appear here as they are made: by this page, by programs and by the command line.
    </EmptyState>
  );
}

function JobCard({ job, onOpen }: { readonly job: MediaJob; readonly onOpen: () => void }) {
  const [first, ...others] = job.media ?? [];
  return (
    <UnstyledButton className={classes["card"]} onClick={onOpen} aria-haspopup="dialog">
      {first && !first.is_expired ? (
        <Picture src={previewAddress(first)} alt="" ratio={1} fit="cover" />
      ) : (
        <div className={classes["blank"]}>
          {job.status === "completed" ? (
            <Text size="xs" c="dimmed" ta="center">
              {first ? "Expired" : "Deleted"}
            </Text>
          ) : (
            <StatusBadge status={job.status} />
          )}
        </div>
      )}
      <Stack gap={2} p="xs">
        <Text size="sm" lineClamp={2}>
          {job.prompt}
        </Text>
        <Text size="xs" c="dimmed" className="numbers">
          {[timeAgo(job.created_at), others.length > 0 ? counted(others.length + 1, "picture") : null]
            .filter(Boolean)
            .join(" · ")}
        </Text>
      </Stack>
    </UnstyledButton>
  );
}
