import { Badge } from "@mantine/core";
import {
  IconBan,
  IconCheck,
  IconClock,
  IconFlag,
  IconLoader2,
  IconPlayerPause,
  IconRefresh,
  IconX,
} from "@tabler/icons-react";
import type { ComponentType } from "react";

interface Look {
  readonly color: string;
  readonly Icon: ComponentType<{ size?: number }>;
}

const waiting: Look = { color: "gray", Icon: IconClock };
const working: Look = { color: "blue", Icon: IconLoader2 };
const good: Look = { color: "teal", Icon: IconCheck };
const bad: Look = { color: "red", Icon: IconX };

/** By the words of all five APIs. */
const looks: Readonly<Record<string, Look>> = {
  pending: waiting,
  queued: waiting,
  received: waiting,
  processing: working,
  running: working,
  retrying: { color: "orange", Icon: IconRefresh },
  paused: { color: "yellow", Icon: IconPlayerPause },
  completed: good,
  delivered: good,
  success: good,
  accepted: good,
  healthy: good,
  alive: good,
  failed: bad,
  unhealthy: bad,
  flagged: { color: "orange", Icon: IconFlag },
  cancelled: { color: "gray", Icon: IconBan },
  ending: { color: "gray", Icon: IconClock },
  disabled: { color: "gray", Icon: IconBan },
};

/** A state in a word, an icon and a colour: none of them says it alone. */
export function StatusBadge({ status }: { readonly status: string }) {
  const { color, Icon } = looks[status] ?? waiting;
  return (
    <Badge variant="default" tt="none" fw={600} leftSection={<Dot color={color} Icon={Icon} />}>
      {status}
    </Badge>
  );
}

const Dot = ({ color, Icon }: Look) => (
  <span style={{ display: "inline-flex", color: `var(--mantine-color-${color}-text)` }} aria-hidden>
    <Icon size={12} />
  </span>
);
