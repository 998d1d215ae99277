import type { GetSetupAnswer } from "@fovea/client";
import { Button, Code, Group, Text, ThemeIcon } from "@mantine/core";
import { IconCheck, IconPlus } from "@tabler/icons-react";

export type Provider = GetSetupAnswer["providers"][number];

/** Whether a provider is set up, and what it adds. */
export function ProviderLine({
  provider,
  onTest,
}: {
  readonly provider: Provider;
  readonly onTest: () => void;
}) {
  const { title, setting, configured, adds, can_test } = provider;
  return (
    <Group component="li" gap="xs" wrap="nowrap" align="flex-start">
      <ThemeIcon variant={configured ? "light" : "default"} size={24} radius="xl" aria-hidden>
        {configured ? <IconCheck size={14} /> : <IconPlus size={14} />}
      </ThemeIcon>
      <div style={{ flex: 1, minWidth: 0 }}>
        <Group gap="xs" justify="space-between" wrap="nowrap" align="flex-start">
          <Text size="sm" fw={600}>
            {title}
            {configured && (
              <Text span size="sm" fw={400} c="dimmed">
                {" "}
                is set up
              </Text>
            )}
          </Text>
          {can_test && (
            <Button
              size="compact-xs"
              variant="default"
              onClick={onTest}
              aria-label={`Test a key of ${title}`}
            >
              Test a key
            </Button>
          )}
        </Group>
        <Text size="xs" c="dimmed">
          {adds.join(" ")}
          {!configured && !can_test && (
            <>
              {" "}
              Set <Code fz="xs">{setting}</Code>.
            </>
          )}
        </Text>
      </div>
    </Group>
  );
}
