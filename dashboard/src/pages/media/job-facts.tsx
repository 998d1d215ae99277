import type { MediaJob } from "@fovea/client";
import { Button, CopyButton, Group, Stack, Table, Text } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { dateTime, duration, money } from "../../parts/format.ts";
import { labelOf } from "./parameter-words.ts";

/** What a job was asked for, by whom it was made, and what it took. */
export function JobFacts({ job }: { readonly job: MediaJob }) {
  const parameters = Object.entries(job.parameters ?? {});
  const facts: readonly (readonly [string, ReactNode])[] = [
    ["Model", job.provider === job.model ? job.model : `${job.provider}/${job.model}`],
    ["Cost", costOf(job)],
    ["Began", dateTime(job.created_at)],
    ["Took", job.duration_seconds === null ? "–" : duration(job.duration_seconds)],
    ["Tried again", job.retry_count === 0 ? "No" : `${job.retry_count} times`],
    ["Id", job.id],
    ...parameters.map(([name, value]) => [labelOf(name), textOf(value)] as const),
  ];
  return (
    <Stack gap="sm">
      <Stack gap={4}>
        <Group justify="space-between">
          <Text fw={600} size="sm">
            Prompt
          </Text>
          <CopyButton value={job.prompt}>
            {({ copied, copy }) => (
              <Button
                size="compact-xs"
                variant="default"
                onClick={copy}
                leftSection={
                  copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />
                }
              >
                {copied ? "Copied" : "Copy prompt"}
              </Button>
            )}
          </CopyButton>
        </Group>
        <Text size="sm" style={{ whiteSpace: "pre-wrap" }}>
          {job.prompt}
        </Text>
      </Stack>
      <Table withRowBorders={false} verticalSpacing={3} horizontalSpacing={0}>
        <Table.Tbody>
          {facts.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" fw={500} w={140} style={{ verticalAlign: "top" }}>
                {name}
              </Table.Th>
              <Table.Td>
                <Text size="sm" lineClamp={6}>
                  {value}
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Stack>
  );
}

function costOf({ provider, estimated_cost_usd: cost }: MediaJob): string {
  if (provider === "local") return "Nothing: drawn here, without a model";
  if (cost === undefined) return "Not known";
  return cost === 0 ? "Nothing" : `About ${money(cost)}, by listed prices`;
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
