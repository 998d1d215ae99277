import { Alert, Anchor, List, Paper, Table, Text } from "@mantine/core";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { Ago } from "../../parts/ago.tsx";
import { count } from "../../parts/format.ts";
import { Section } from "../../parts/section.tsx";
import { StatusBadge } from "../../parts/status-badge.tsx";
import { useQueue } from "./use-status.ts";

const normal = "Queue is operating normally";

/** What does not move, and what to do about it. */
export function StuckWork() {
  const { data } = useQueue();
  if (!data) return null;
  const { recommendations, stuck_jobs: stuck, total_stuck: total } = data;
  const isNormal = recommendations.every((each) => each === normal) && total === 0;
  return (
    <Section title="What to do">
      {isNormal ? (
        <Alert color="teal" variant="light" icon={<IconCheck aria-hidden />}>
          Nothing: the queue moves, and nothing is stuck.
        </Alert>
      ) : (
        <Alert
          color="orange"
          variant="light"
          icon={<IconAlertTriangle aria-hidden />}
          title={total > 0 ? `${count(total)} stuck` : "Worth a look"}
        >
          <List size="sm" spacing={4}>
            {recommendations.map((each) => (
              <List.Item key={each}>{each}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      {stuck.length > 0 && (
        <Paper withBorder>
          <Table.ScrollContainer minWidth={560} type="native">
            <Table verticalSpacing="xs">
              <Table.Caption>
                {stuck.length < total ? `The first ${count(stuck.length)} of ${count(total)}. ` : ""}
                Batches that nobody works on are ended in{" "}
                <Anchor component={Link} to="/admin" inherit underline="always">
                  administration
                </Anchor>
                .
              </Table.Caption>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Batch</Table.Th>
                  <Table.Th>State</Table.Th>
                  <Table.Th ta="right">Workers lost</Table.Th>
                  <Table.Th>Created</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {stuck.map(({ job_id, batch_id, status, retry_count, created_at }) => (
                  <Table.Tr key={job_id}>
                    <Table.Td>
                      <Anchor
                        size="sm"
                        underline="always"
                        renderRoot={(props) => (
                          <Link {...props} to="/batch/$batchId" params={{ batchId: batch_id }} />
                        )}
                      >
                        {batch_id}
                      </Anchor>
                    </Table.Td>
                    <Table.Td>
                      <StatusBadge status={status} />
                    </Table.Td>
                    <Table.Td ta="right">{count(retry_count)}</Table.Td>
                    <Table.Td>
                      <Text size="sm">
                        <Ago at={created_at} />
                      </Text>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </Paper>
      )}
    </Section>
  );
}
