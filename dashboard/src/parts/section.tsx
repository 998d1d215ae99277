import { Group, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

export interface SectionProps {
  readonly title: string;
  /** One sentence that says what it is. */
  readonly hint?: string | undefined;
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
}

/** A part of a page with a heading of its own. */
export function Section({ title, hint, actions, children }: SectionProps) {
  return (
    <Stack component="section" gap="sm" aria-label={title}>
      <Group justify="space-between" gap="sm">
        <div>
          <Title order={2}>{title}</Title>
          {hint && (
            <Text size="sm" c="dimmed">
              {hint}
            </Text>
          )}
        </div>
        {actions}
      </Group>
      {children}
    </Stack>
  );
}
