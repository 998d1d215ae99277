import { Badge } from "@mantine/core";
import { IconBroadcast, IconClock, IconPlugConnectedX } from "@tabler/icons-react";

export interface LiveBadgeProps {
  /** Told as it happens (true), asked for (false), or not known yet (undefined). */
  readonly live: boolean | undefined;
  /** Nothing is told any more although it goes on. */
  readonly lost?: boolean | undefined;
}

/** How fresh is what one sees. */
export function LiveBadge({ live, lost = false }: LiveBadgeProps) {
  const [text, Icon] = lost
    ? (["Disconnected, trying again", IconPlugConnectedX] as const)
    : live === undefined
      ? (["Connecting", IconClock] as const)
      : live
        ? (["Live", IconBroadcast] as const)
        : (["Updating every few seconds", IconClock] as const);
  return (
    <Badge variant="default" tt="none" fw={500} leftSection={<Icon size={12} aria-hidden />} role="status">
      {text}
    </Badge>
  );
}
