import { Area, AreaChart, CartesianGrid, ResponsiveContainer, XAxis, YAxis } from "recharts";
import type { Sample } from "./use-samples.ts";

const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

export function ThroughputChart({ samples }: { readonly samples: readonly Sample[] }) {
  const most = Math.max(...samples.map(({ perMinute }) => perMinute));
  const label = `Rows a minute over time, ${most} at most`;
  return (
    <div role="img" aria-label={label} style={{ height: 160 }}>
      <ResponsiveContainer width="100%" height="100%">
        <AreaChart
          data={[...samples]}
          margin={{ top: 8, right: 8, bottom: 0, left: 0 }}
          accessibilityLayer={false}
        >
          <CartesianGrid vertical={false} stroke="var(--mantine-color-default-border)" />
          <XAxis
            dataKey="at"
            tickFormatter={(at: number) => clock.format(at)}
            minTickGap={48}
            tick={{ fontSize: 12, fill: "var(--mantine-color-dimmed)" }}
            stroke="var(--mantine-color-default-border)"
          />
          <YAxis
            width={48}
            allowDecimals={false}
            domain={[0, "auto"]}
            tick={{ fontSize: 12, fill: "var(--mantine-color-dimmed)" }}
            stroke="var(--mantine-color-default-border)"
          />
          <Area
            dataKey="perMinute"
            type="monotone"
            isAnimationActive={false}
            stroke="var(--mantine-primary-color-filled)"
            fill="var(--mantine-primary-color-light)"
          />
        </AreaChart>
      </ResponsiveContainer>
    </div>
  );
}
