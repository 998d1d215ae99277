import type { MediaJob } from "@fovea/client";
import type { MediaJobView } from "@fovea/react";
import {
  Button,
  Group,
  Paper,
  Progress,
  SimpleGrid,
  Stack,
  Text,
  Title,
  UnstyledButton,
  VisuallyHidden,
} from "@mantine/core";
import { ErrorNotice } from "../../parts/error-notice.tsx";
import { duration, money } from "../../parts/format.ts";
import { LiveBadge } from "../../parts/live-badge.tsx";
import { Picture } from "../../parts/picture.tsx";
import { StatusBadge } from "../../parts/status-badge.tsx";
import { JobProblems } from "./job-failure.tsx";
import { previewAddress } from "./picture-address.ts";

interface CurrentJobProps {
  readonly view: MediaJobView;
  readonly onOpen: (job: MediaJob) => void;
}

/** The job that was begun here, as it goes on. */
export function CurrentJob({ view, onOpen }: CurrentJobProps) {
  const { job, live, isOver, error } = view;
  if (!job && !error) return null;
  return (
    <Paper withBorder p="md" component="section" aria-label="This job">
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2}>This job</Title>
          {job && (
            <Group gap="xs">
              {!isOver && <LiveBadge live={live} lost={error !== undefined} />}
              <StatusBadge status={job.status} />
            </Group>
          )}
        </Group>
        {error !== undefined && (
          <ErrorNotice error={error} {...(job && { onRetry: view.refresh })} title={failureTitle(job)} />
        )}
        {job && <JobState job={job} isOver={isOver} onCancel={view.cancel} onOpen={onOpen} />}
      </Stack>
    </Paper>
  );
}

const failureTitle = (job: MediaJob | undefined) =>
  job ? "The job cannot be followed" : "The job could not be begun";

function JobState(props: {
  readonly job: MediaJob;
  readonly isOver: boolean;
  readonly onCancel: () => Promise<void>;
  readonly onOpen: (job: MediaJob) => void;
}) {
  const { job, isOver, onCancel, onOpen } = props;
  const pictures = job.media ?? [];
  return (
    <>
      <Text size="sm" lineClamp={3}>
        {job.prompt}
      </Text>
      {!isOver && (
        <>
          <Progress value={job.progress} aria-label="Progress of the job" animated striped />
          <Group justify="space-between">
            <Text size="sm" c="dimmed" className="numbers">
              {stateOf(job)}
            </Text>
            {/* Read out at every tenth: who listens is not to be interrupted by each per cent. */}
            <VisuallyHidden role="status">
              {job.status}, {Math.floor(job.progress / 10) * 10} %
            </VisuallyHidden>
            <Button size="xs" variant="default" onClick={() => void onCancel()}>
              Cancel
            </Button>
          </Group>
        </>
      )}
      <JobProblems job={job} />
      {pictures.length > 0 && (
        <SimpleGrid cols={{ base: 2, lg: 4 }} spacing="xs">
          {pictures.map((picture, at) => (
            <UnstyledButton
              key={picture.id}
              onClick={() => onOpen(job)}
              aria-label={`Picture ${at + 1} of ${pictures.length}: look closer`}
            >
              <Picture
                src={previewAddress(picture)}
                alt={`${job.prompt.slice(0, 80)}, picture ${at + 1}`}
                ratio={picture.width / picture.height}
              />
            </UnstyledButton>
          ))}
        </SimpleGrid>
      )}
      {isOver && job.status === "completed" && (
        <Text size="sm" c="dimmed" className="numbers">
          {[job.duration_seconds === null ? null : `Made in ${duration(job.duration_seconds)}`, costOf(job)]
            .filter(Boolean)
            .join(", ")}
        </Text>
      )}
    </>
  );
}

const costOf = ({ estimated_cost_usd: cost }: MediaJob): string | null =>
  cost === undefined ? null : cost === 0 ? "at no cost" : `for about ${money(cost)}`;

function stateOf({ status, progress, retry_count }: MediaJob): string {
  if (status === "pending") return "Waits for its turn. You can leave this page.";
  if (status === "retrying") return `Failed ${retry_count} times, and is tried again after a pause.`;
  return progress <= 1
    ? "The model is at work; it does not say how far it is. You can leave this page."
    : `${Math.round(progress)} %. You can leave this page.`;
}
