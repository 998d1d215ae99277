import { Paper, Skeleton, Text } from "@mantine/core";
import { lazy, Suspense } from "react";
import { count, duration } from "../../parts/format.ts";
import { Section } from "../../parts/section.tsx";
import { useSamples } from "./use-samples.ts";

// The charts are larger than all of the page.
const ThroughputChart = lazy(async () => ({
  default: (await import("./throughput-chart.tsx")).ThroughputChart,
}));

/** Rows a minute, as far as this page has seen them. */
export function Throughput() {
  const samples = useSamples();
  const last = samples.at(-1);
  const [first] = samples;
  return (
    <Section title="Throughput" hint="Rows that got a result, a minute, since this page was opened.">
      <Paper withBorder p="sm">
        {first && last ? (
          <>
            <Text size="sm" role="status" className="numbers">
              {count(last.perMinute)} a minute now; seen for {duration((last.at - first.from) / 1_000)}.
            </Text>
            <Suspense fallback={<Skeleton height={160} />}>
              <ThroughputChart samples={samples} />
            </Suspense>
          </>
        ) : (
          <Text size="sm" c="dimmed">
            It takes two looks, five seconds apart, to tell.
          </Text>
        )}
      </Paper>
    </Section>
  );
}
