import { Button, Grid, Stack } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { IconListCheck } from "@tabler/icons-react";
import { useState } from "react";
import { Page } from "../../parts/page.tsx";
import { GettingStarted } from "./getting-started/getting-started.tsx";
import type { ChosenFile } from "./new-batch/chosen-file.ts";
import { NewBatch } from "./new-batch/new-batch.tsx";
import { ServiceWarnings } from "./service-warnings.tsx";
import { useWork } from "./work/use-work.ts";
import { WorkList } from "./work/work-list.tsx";

/** What is under way, and how more work is begun. */
export function OverviewPage() {
  const work = useWork();
  const [chosen, setChosen] = useState<ChosenFile | null>(null);
  const [dismissed, setDismissed] = useLocalStorage({
    key: "fovea.getting-started",
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  // What is being prepared needs the width.
  const guided = !dismissed && chosen === null;
  const running = work.underWay.length;

  return (
    <Page
      title="Overview"
      {...(running > 0 ? { documentTitle: `${running} under way` } : {})}
      actions={
        dismissed && (
          <Button
            variant="default"
            size="xs"
            leftSection={<IconListCheck size={16} aria-hidden />}
            onClick={() => setDismissed(false)}
          >
            Getting started
          </Button>
        )
      }
    >
      <ServiceWarnings />
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: guided ? 8 : 12 }}>
          <Stack gap="lg">
            <NewBatch chosen={chosen} onChoose={setChosen} />
            <WorkList work={work} />
          </Stack>
        </Grid.Col>
        {guided && (
          <Grid.Col span={{ base: 12, md: 4 }}>
            <GettingStarted onDismiss={() => setDismissed(true)} />
          </Grid.Col>
        )}
      </Grid>
    </Page>
  );
}
