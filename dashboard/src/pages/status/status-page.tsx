import { Stack } from "@mantine/core";
import { Page } from "../../parts/page.tsx";
import { Deliveries } from "./deliveries.tsx";
import { Health } from "./health.tsx";
import { Load } from "./load.tsx";
import { ModelWarnings } from "./model-warnings.tsx";
import { Processes } from "./processes.tsx";
import { Queue } from "./queue.tsx";
import { Quotas } from "./quotas.tsx";
import { StuckWork } from "./stuck-work.tsx";
import { Throughput } from "./throughput.tsx";
import { Updated } from "./updated.tsx";

/** How the service is doing, and what wants a hand. */
export function StatusPage() {
  return (
    <Page title="Status" actions={<Updated />}>
      <Stack gap="xl">
        <Health />
        <ModelWarnings />
        <StuckWork />
        <Queue />
        <Processes />
        <Throughput />
        <Load />
        <Quotas />
        <Deliveries />
      </Stack>
    </Page>
  );
}
