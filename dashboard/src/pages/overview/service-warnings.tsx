import { Alert, List } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useSetup } from "../../service/use-setup.ts";

/** What somebody should look at soon, such as models that their vendor takes away. */
export function ServiceWarnings() {
  const { data: setup } = useSetup();
  if (!setup || setup.warnings.length === 0) return null;
  return (
    <Alert
      variant="default"
      icon={<IconAlertTriangle color="var(--mantine-color-orange-text)" aria-hidden />}
      title="Look at this soon"
      role="status"
    >
      <List size="sm" spacing={4}>
        {setup.warnings.map((warning) => (
          <List.Item key={warning}>{warning}</List.Item>
        ))}
      </List>
    </Alert>
  );
}
