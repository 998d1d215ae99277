import type { GetCatalogAnswer, ListFailuresData } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { Badge, Code, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { counted } from "../../parts/format.ts";

/** Images that failed, by what to do about them. */
export function CatalogFailures({ failures }: Pick<GetCatalogAnswer, "failures">) {
  const fovea = useFovea();
  const { data: known } = useQuery({
    queryKey: ["failure-codes"],
    queryFn: ({ signal }) => fovea.get<{ data: ListFailuresData }>("/api/v1/failures", { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    enabled: failures.length > 0,
  });
  if (failures.length === 0) return null;
  return (
    <Stack component="section" gap="sm" aria-label="Failures">
      <Title order={2}>What failed, and what to do</Title>
      {failures.map(({ error_code: code, count, example }) => {
        const about = known?.data.failures.find(({ error_type }) => error_type === code);
        return (
          <Paper key={code} withBorder p="sm">
            <Stack gap={6}>
              <Group gap="xs">
                <Text fw={600} size="sm">
                  {code === "no_images" ? counted(count, "product") : counted(count, "image")}:{" "}
                  {about?.sentence ?? example.error}
                </Text>
                <Code>{code}</Code>
                {about?.retryable && (
                  <Badge variant="default" tt="none" fw={500}>
                    may pass by itself
                  </Badge>
                )}
              </Group>
              {about && (
                <Text size="sm">
                  <b>Likely cause:</b> {about.cause} <b>What to do:</b> {about.fix}
                </Text>
              )}
              <Text size="xs" c="dimmed" lineClamp={2}>
                For example {example.input_url === "" ? "a product without an address" : example.input_url}
              </Text>
            </Stack>
          </Paper>
        );
      })}
      <Text size="sm" c="dimmed">
        To try again, correct the file and upload it: what was made and has not changed is not made again.
      </Text>
    </Stack>
  );
}
