import type { BatchEstimate } from "@fovea/client";
import { Group, Skeleton, Stack, Text } from "@mantine/core";
import { IconClockHour4, IconCoin } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { ErrorNotice } from "../../../parts/error-notice.tsx";
import { count, durationRange, money } from "../../../parts/format.ts";
import classes from "./estimate-line.module.css";
import type { Load } from "./use-estimate.ts";

interface EstimateLineProps {
  readonly load: Load | undefined;
  readonly estimate: BatchEstimate | undefined;
  readonly error: unknown;
  /** Of the chosen model; `local` asks nobody. */
  readonly provider: string | undefined;
  readonly lane: "online" | "batch";
}

const limits = {
  requests_per_minute: "requests a minute",
  tokens_per_minute: "tokens a minute",
  requests_per_day: "requests a day",
} as const;

/** What it would cost and how long it would take, before anything starts; called an estimate, which it is. */
export function EstimateLine({ load, estimate, error, provider, lane }: EstimateLineProps) {
  if (error) return <ErrorNotice error={error} title="There is no estimate" />;
  if (!load || !estimate) return <Skeleton height={44} aria-label="Estimating" aria-busy="true" />;
  return (
    <Stack gap={4} role="group" aria-label="Estimate">
      <Line icon={<IconCoin size={18} className={classes["icon"]} aria-hidden />}>
        {costOf(estimate, provider)}
      </Line>
      <Line icon={<IconClockHour4 size={18} className={classes["icon"]} aria-hidden />}>
        {timeOf(estimate, provider, lane)}
      </Line>
      {!load.exact && (
        <Text size="sm" c="dimmed">
          For about {count(load.rows)} rows, judging by the beginning of the file: this is the estimate of an
          estimate.
        </Text>
      )}
    </Stack>
  );
}

const Line = ({ icon, children }: { readonly icon: ReactNode; readonly children: ReactNode }) => (
  <Group gap={8} wrap="nowrap" align="flex-start">
    {icon}
    <Text size="sm" component="div">
      {children}
    </Text>
  </Group>
);

function costOf({ estimated_cost_usd: cost }: BatchEstimate, provider: string | undefined): ReactNode {
  if (provider === "local") return <b>Free: the model runs here, and asks nobody.</b>;
  if (provider === "compatible") return "Your own server is asked: what that costs is not known here.";
  if (!cost)
    return "What it costs is not known: the catalog has no price of this model, so no limit can be kept either.";
  const range = cost.low === cost.high ? money(cost.low) : `${money(cost.low)} to ${money(cost.high)}`;
  return (
    <>
      <b>About {range}</b>, probably {money(cost.expected)}. An estimate by listed prices; the provider’s bill
      decides. Pictures that are known already cost nothing.
    </>
  );
}

function timeOf(
  { estimated_seconds: seconds, limited_by }: BatchEstimate,
  provider: string | undefined,
  lane: "online" | "batch",
): ReactNode {
  if (lane === "batch") return "Within about a day: the provider takes its time in the batch lane.";
  if (seconds !== null) {
    const limit = limited_by === null ? "" : ` at the configured ${limits[limited_by]}`;
    return (
      <>
        <b>{sentence(durationRange(seconds))}</b>
        {limit}, with nothing else at work.
      </>
    );
  }
  return provider === "local"
    ? "How long depends on this machine, and on the servers of the pictures; the batch’s page tells as it goes."
    : "How long depends on the servers that are asked; the batch’s page tells as it goes.";
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
