import { Group, Stack, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";

export interface PageProps {
  readonly title: string;
  /** What the browser's tab says before the name of the product, such as `37/200 · shops`; else the title. */
  readonly documentTitle?: string | undefined;
  /** Buttons beside the title. */
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
}

/** The frame of a page: its only first heading, and the title of the browser's tab. */
export function Page({ title, documentTitle = title, actions, children }: PageProps) {
  useDocumentTitle(`${documentTitle} · Fovea`);
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="center" gap="sm">
        <Title order={1} lineClamp={2}>
          {title}
        </Title>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}
