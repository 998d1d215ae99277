import { Paper, SimpleGrid, Text } from "@mantine/core";
import type { ReactNode } from "react";

export interface Figure {
  readonly label: string;
  readonly value: ReactNode;
  readonly more?: string | undefined;
}

/** A few numbers beside each other. */
export function FigureRow({
  figures,
  label,
}: {
  readonly figures: readonly Figure[];
  readonly label: string;
}) {
  return (
    <SimpleGrid
      cols={{ base: 2, sm: 3, lg: Math.min(6, figures.length) }}
      spacing="sm"
      role="group"
      aria-label={label}
    >
      {figures.map(({ label: name, value, more }) => (
        <Paper key={name} withBorder p="sm">
          <Text size="xs" c="dimmed">
            {name}
          </Text>
          <Text fw={650} size="lg" component="div" className="numbers">
            {value}
          </Text>
          {more !== undefined && (
            <Text size="xs" c="dimmed">
              {more}
            </Text>
          )}
        </Paper>
      ))}
    </SimpleGrid>
  );
}
