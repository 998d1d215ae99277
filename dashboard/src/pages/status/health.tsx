import { Badge, Skeleton } from "@mantine/core";
import { IconCheck, IconMinus, IconX } from "@tabler/icons-react";
import { ErrorNotice } from "../../parts/error-notice.tsx";
import { FigureRow } from "../../parts/figure-row.tsx";
import { Section } from "../../parts/section.tsx";
import { useHealth, useReady } from "./use-status.ts";

type Verdict = "good" | "bad" | "none";

const looks = {
  good: { color: "teal", Icon: IconCheck },
  bad: { color: "red", Icon: IconX },
  none: { color: "gray", Icon: IconMinus },
} as const;

/** Whether it lives, takes work, and has what it needs. */
export function Health() {
  const health = useHealth();
  const ready = useReady();
  const { data } = health;
  return (
    <Section title="Health">
      {health.isPending && <Skeleton height={72} />}
      {health.error && <ErrorNotice error={health.error} title="The service does not say how it is" />}
      {data && (
        <FigureRow
          label="Health"
          figures={[
            { label: "Process", value: <Said verdict="good" text="alive" /> },
            {
              label: "Takes work",
              value: (
                <Said
                  verdict={ready.data === undefined ? "none" : ready.data === "ready" ? "good" : "bad"}
                  text={ready.data ?? "not known"}
                />
              ),
            },
            {
              label: "Database",
              value: (
                <Said
                  verdict={data.services.database ? "good" : "bad"}
                  text={data.services.database ? "connected" : "out of reach"}
                />
              ),
            },
            { label: "Redis", value: <Redis state={data.data.redis} /> },
          ]}
        />
      )}
    </Section>
  );
}

const Redis = ({ state }: { readonly state: "connected" | "disconnected" | "not_configured" }) =>
  state === "not_configured" ? (
    <Said verdict="none" text="not configured" />
  ) : (
    <Said
      verdict={state === "connected" ? "good" : "bad"}
      text={state === "connected" ? "connected" : "out of reach"}
    />
  );

function Said({ verdict, text }: { readonly verdict: Verdict; readonly text: string }) {
  const { color, Icon } = looks[verdict];
  return (
    <Badge
      variant="transparent"
      px={0}
      size="lg"
      tt="none"
      fw={600}
      color="var(--mantine-color-text)"
      leftSection={
        <span style={{ display: "inline-flex", color: `var(--mantine-color-${color}-text)` }} aria-hidden>
          <Icon size={16} />
        </span>
      }
    >
      {text}
    </Badge>
  );
}
