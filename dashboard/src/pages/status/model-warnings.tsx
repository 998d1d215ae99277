import { Alert, List } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useHealth } from "./use-status.ts";

/** Models in use that their vendor takes away, and what else somebody should look at soon. */
export function ModelWarnings() {
  const warnings = useHealth().data?.data.warnings ?? [];
  if (warnings.length === 0) return null;
  return (
    <Alert
      color="orange"
      variant="light"
      icon={<IconAlertTriangle aria-hidden />}
      title="To look at soon"
      component="section"
      aria-label="Warnings"
    >
      <List size="sm" spacing={4}>
        {warnings.map((warning) => (
          <List.Item key={warning}>{warning}</List.Item>
        ))}
      </List>
    </Alert>
  );
}
