import { ActionIcon, Group, Text } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useIsFetching, useQueryClient } from "@tanstack/react-query";
import { duration } from "../../parts/format.ts";
import { useNow } from "./use-now.ts";
import { everyMs, statusKey, useBatchNumbers, useHealth } from "./use-status.ts";

/** How old is what one sees. */
export function Updated() {
  const queries = useQueryClient();
  const fetching = useIsFetching({ queryKey: [statusKey] }) > 0;
  const at = Math.max(useHealth().dataUpdatedAt, useBatchNumbers().dataUpdatedAt);
  const now = useNow();
  const age = Math.max(0, Math.floor((now - at) / 1_000));
  return (
    <Group gap="xs">
      <Text size="sm" c="dimmed" className="numbers">
        {at === 0
          ? "Asking…"
          : `Updated ${age === 0 ? "just now" : `${duration(age)} ago`}, every ${everyMs / 1_000} s`}
      </Text>
      <ActionIcon
        variant="default"
        size="lg"
        aria-label="Update now"
        loading={fetching && at === 0}
        onClick={() => void queries.invalidateQueries({ queryKey: [statusKey] })}
      >
        <IconRefresh size={16} aria-hidden />
      </ActionIcon>
    </Group>
  );
}
