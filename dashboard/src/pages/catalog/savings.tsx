import type { GetCatalogAnswer } from "@fovea/client";
import { Paper, SimpleGrid, Text } from "@mantine/core";
import { bytes, count, percent } from "../../parts/format.ts";

/** What it was for: bytes before and after. */
export function Savings({ catalog }: { readonly catalog: GetCatalogAnswer }) {
  const { bytes_before: before, bytes_after: after, saved_percent: share, images, saved_bytes } = catalog;
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm" aria-label="Savings" role="group">
      <Fact label="Saved" value={bytes(saved_bytes)} more={share === null ? null : percent(share)} />
      <Fact label="Before" value={bytes(before ?? 0)} more={`${count(before ?? 0)} bytes`} />
      <Fact label="After" value={bytes(after ?? 0)} more={`${count(after ?? 0)} bytes`} />
      <Fact
        label="Images"
        value={count(images?.done ?? 0)}
        more={`of ${count(images?.total ?? 0)}, ${count(images?.failed ?? 0)} failed`}
      />
    </SimpleGrid>
  );
}

function Fact(props: { readonly label: string; readonly value: string; readonly more: string | null }) {
  return (
    <Paper withBorder p="sm">
      <Text size="xs" c="dimmed">
        {props.label}
      </Text>
      <Text fw={650} size="xl" className="numbers">
        {props.value}
      </Text>
      {props.more !== null && (
        <Text size="xs" c="dimmed" className="numbers">
          {props.more}
        </Text>
      )}
    </Paper>
  );
}
