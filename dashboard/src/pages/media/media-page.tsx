import type { MediaJob } from "@fovea/client";
import { useMediaJob } from "@fovea/react";
import { Grid, Skeleton, Stack } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { ErrorNotice } from "../../parts/error-notice.tsx";
import { Page } from "../../parts/page.tsx";
import { CurrentJob } from "./current-job.tsx";
import { bodyOf, emptyWish, type Wish } from "./form-values.ts";
import { Gallery } from "./gallery.tsx";
import { JobDialog } from "./job-dialog.tsx";
import { MediaForm } from "./media-form.tsx";
import { useMediaModels } from "./media-models.ts";

export function MediaPage() {
  const models = useMediaModels();
  const view = useMediaJob();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { job: asked } = useSearch({ from: "/media" });
  const shown = typeof asked === "string" ? asked : null;
  const [wish, setWish] = useState<Wish>(emptyWish);
  const [creating, setCreating] = useState(false);
  const { job, isOver } = view;

  const open = (id: string | null) =>
    void navigate({ to: "/media", search: id === null ? {} : { job: id }, resetScroll: false });
  const refresh = () => queries.invalidateQueries({ queryKey: ["media-jobs"] });
  const submit = async () => {
    const model = models.data?.find(({ name, usual }) => (wish.model === null ? usual : name === wish.model));
    setCreating(true);
    await view.generate(bodyOf(wish, model));
    setCreating(false);
    await refresh();
  };
  const state = job && `${job.id} ${job.status}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the gallery is read again when this job comes to another state
  useEffect(() => void refresh(), [state, isOver]);

  return (
    <Page title="Media" documentTitle={titleOf(job, isOver)}>
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: 5, lg: 4 }}>
          <Stack>
            {models.error && (
              <ErrorNotice
                error={models.error}
                title="The models could not be read"
                onRetry={() => void models.refetch()}
              />
            )}
            {models.isPending && <Skeleton height={380} />}
            {models.data && (
              <MediaForm
                models={models.data}
                wish={wish}
                onChange={setWish}
                busy={creating}
                onSubmit={() => void submit()}
              />
            )}
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 7, lg: 8 }}>
          <Stack gap="lg">
            <CurrentJob view={view} onOpen={({ id }) => open(id)} />
            <Gallery onOpen={({ id }) => open(id)} />
          </Stack>
        </Grid.Col>
      </Grid>
      <JobDialog
        id={shown}
        models={models.data ?? []}
        onClose={() => open(null)}
        onAgain={(again) => {
          setWish(again);
          open(null);
          window.scrollTo({ top: 0 });
        }}
      />
    </Page>
  );
}

const titleOf = (job: MediaJob | undefined, isOver: boolean) =>
  job && !isOver ? `${Math.round(job.progress)} % · Media` : "Media";
