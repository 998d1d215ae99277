import { NotFoundError } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { Button, Group, Modal, Skeleton, Stack } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconRefresh } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorNotice } from "../../parts/error-notice.tsx";
import { StatusBadge } from "../../parts/status-badge.tsx";
import type { Wish } from "./form-values.ts";
import { wishOf } from "./form-values.ts";
import { JobFacts } from "./job-facts.tsx";
import { JobProblems } from "./job-failure.tsx";
import { JobPictures } from "./job-pictures.tsx";
import type { MediaModel } from "./media-models.ts";
import { isOver } from "./use-jobs.ts";

interface JobDialogProps {
  /** Null: closed. */
  readonly id: string | null;
  readonly models: readonly MediaModel[];
  readonly onClose: () => void;
  readonly onAgain: (wish: Wish) => void;
}

/** All that there is to a job. */
export function JobDialog({ id, models, onClose, onAgain }: JobDialogProps) {
  const isNarrow = useMediaQuery("(max-width: 48em)") ?? false;
  return (
    <Modal
      opened={id !== null}
      onClose={onClose}
      title="Job"
      size="xl"
      fullScreen={isNarrow}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {id !== null && <JobDetail key={id} id={id} models={models} onAgain={onAgain} />}
    </Modal>
  );
}

interface JobDetailProps extends Pick<JobDialogProps, "models" | "onAgain"> {
  readonly id: string;
}

function JobDetail({ id, models, onAgain }: JobDetailProps) {
  const fovea = useFovea();
  const queries = useQueryClient();
  const [problem, setProblem] = useState<unknown>(null);
  const {
    data: job,
    error,
    refetch,
  } = useQuery({
    queryKey: ["media-job", id],
    queryFn: ({ signal }) => fovea.jobs.get(id, { signal }),
    refetchInterval: ({ state }) => (state.data && !isOver(state.data) ? 2_000 : false),
  });
  const changed = async () => {
    await Promise.all([refetch(), queries.invalidateQueries({ queryKey: ["media-jobs"] })]);
  };
  if (error && !job) {
    const title = error instanceof NotFoundError ? "There is no such job" : "The job could not be read";
    return <ErrorNotice error={error} title={title} onRetry={() => void refetch()} />;
  }
  if (!job) return <Skeleton height={320} />;
  const cancel = async () => {
    setProblem(null);
    try {
      await fovea.jobs.cancel(id);
    } catch (reason) {
      setProblem(reason);
    }
    await changed();
  };
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <StatusBadge status={job.status} />
        <Group gap="xs">
          {!isOver(job) && (
            <Button size="xs" variant="default" onClick={() => void cancel()}>
              Cancel
            </Button>
          )}
          <Button
            size="xs"
            leftSection={<IconRefresh size={16} aria-hidden />}
            onClick={() => onAgain(wishOf(job, models))}
          >
            Make again with these
          </Button>
        </Group>
      </Group>
      {problem !== null && <ErrorNotice error={problem} title="It could not be cancelled" />}
      <JobProblems job={job} />
      <JobPictures job={job} onChanged={changed} />
      <JobFacts job={job} />
    </Stack>
  );
}
