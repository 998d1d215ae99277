import type { Batch, BatchProgress } from "@fovea/client";
import { Group, Paper, Progress, SimpleGrid, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { count, dateTime, duration, durationRange, money, percent } from "../../parts/format.ts";
import { StatusBadge } from "../../parts/status-badge.tsx";

export interface BatchProgressCardProps {
  readonly progress: BatchProgress;
  readonly details: Batch;
  readonly live: ReactNode;
}

/** How far, how fast, until when, for how much. */
export function BatchProgressCard({ progress, details, live }: BatchProgressCardProps) {
  const { status, is_active, total_urls, processed_count, successful_count, failed_count } = progress;
  const share = (part: number) => (total_urls === 0 ? 0 : (part / total_urls) * 100);
  return (
    <Paper withBorder p="md">
      <Stack gap="sm">
        <Group justify="space-between" gap="xs">
          <Group gap="xs">
            <StatusBadge status={status} />
            <Text fw={600} className="numbers">
              {count(processed_count)} of {count(total_urls)} rows
            </Text>
            <Text c="dimmed" className="numbers">
              {percent(progress.progress_percentage)}
            </Text>
          </Group>
          {is_active && live}
        </Group>
        <Progress.Root size="lg" aria-label="Progress of the batch">
          <Progress.Section
            value={share(successful_count)}
            color="teal"
            aria-label={`${count(successful_count)} rows succeeded`}
          />
          <Progress.Section
            value={share(failed_count)}
            color="red"
            aria-label={`${count(failed_count)} rows failed`}
          />
        </Progress.Root>
        <SimpleGrid cols={{ base: 2, xs: 3, md: 6 }} spacing="md" component="dl" m={0}>
          <Fact term="Succeeded" value={count(successful_count)} />
          <Fact term="Failed" value={count(failed_count)} />
          <Fact term={is_active ? "Time left" : "Took"} value={timeOf(progress, details)} />
          <Fact term="Rate" value={rateOf(progress)} />
          <Fact term="Cost" value={costOf(details)} hint={budgetOf(details)} />
          <Fact term="Model" value={details.batch_info.model ?? "the usual one"} hint={laneOf(details)} />
        </SimpleGrid>
        <Text size="sm" c="dimmed">
          {sourceOf(details)}
          {is_active && " You can leave this page: the work goes on, and is here when you come back."}
        </Text>
      </Stack>
    </Paper>
  );
}

function Fact({
  term,
  value,
  hint,
}: {
  readonly term: string;
  readonly value: string;
  readonly hint?: string | null;
}) {
  return (
    <div>
      <Text component="dt" size="xs" c="dimmed">
        {term}
      </Text>
      <Text component="dd" m={0} fw={600} className="numbers">
        {value}
      </Text>
      {hint && (
        <Text component="dd" m={0} size="xs" c="dimmed">
          {hint}
        </Text>
      )}
    </div>
  );
}

/** What is left is told as a range, and only when there is something to tell it by. */
function timeOf(progress: BatchProgress, { timing }: Batch): string {
  const worked = timing.elapsed_time_minutes * 60;
  if (!progress.is_active) return worked === 0 ? "–" : duration(worked);
  const left = progress.total_urls - progress.processed_count;
  if (progress.processing_rate_per_minute <= 0 || worked < 5) return "not known yet";
  return durationRange((left / progress.processing_rate_per_minute) * 60);
}

const rateOf = ({ processing_rate_per_minute: rate }: BatchProgress) =>
  rate > 0 ? `${count(Math.round(rate))} rows/min` : "–";

function costOf({ usage }: Batch): string {
  const { calls, estimated_cost_usd, unpriced_calls } = usage;
  if (calls === 0) return "$0";
  if (estimated_cost_usd === null) return unpriced_calls > 0 ? "price not known" : "–";
  return `about ${money(estimated_cost_usd)}`;
}

function budgetOf({ batch_info, usage }: Batch): string | null {
  if (usage.possibly_paid_twice > 0) return `${count(usage.possibly_paid_twice)} calls possibly paid twice`;
  if (batch_info.max_cost_usd !== null) return `of at most ${money(batch_info.max_cost_usd)}`;
  return usage.calls === 0 ? null : `${count(usage.input_tokens + usage.output_tokens)} tokens`;
}

const laneOf = ({ batch_info }: Batch) => (batch_info.lane === "batch" ? "by its batch API" : null);

function sourceOf({ batch_info }: Batch): string {
  const { original_filename, duplicate_urls, created_at } = batch_info;
  const file = original_filename === null ? "" : ` from ${original_filename}`;
  const twice =
    duplicate_urls > 0
      ? ` ${count(duplicate_urls)} rows name an address again: it is fetched and asked once.`
      : "";
  return `Uploaded ${dateTime(created_at)}${file}.${twice}`;
}
