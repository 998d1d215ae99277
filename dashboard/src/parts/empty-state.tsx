import { Paper, Stack, Text, ThemeIcon } from "@mantine/core";
import type { ReactNode } from "react";

export interface EmptyStateProps {
  readonly title: string;
  readonly icon?: ReactNode;
  /** The button that ends the emptiness. */
  readonly action?: ReactNode;
  /** What would be here, and how it comes here. */
  readonly children?: ReactNode;
}

export function EmptyState({ title, icon, action, children }: EmptyStateProps) {
  return (
    <Paper withBorder p="xl">
      <Stack align="center" gap="xs">
        {icon && (
          <ThemeIcon size={44} radius="xl" variant="light" aria-hidden>
            {icon}
          </ThemeIcon>
        )}
        <Text fw={600}>{title}</Text>
        {children && (
          <Text c="dimmed" size="sm" ta="center" maw={480} component="div">
            {children}
          </Text>
        )}
        {action}
      </Stack>
    </Paper>
  );
}
