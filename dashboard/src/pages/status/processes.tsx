import { Alert, Paper, Table, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { Ago } from "../../parts/ago.tsx";
import { Section } from "../../parts/section.tsx";
import { StatusBadge } from "../../parts/status-badge.tsx";
import { useNow } from "./use-now.ts";
import { useProcesses } from "./use-status.ts";

/** Which processes share the database, and where they do not agree. One alone is not worth a table. */
export function Processes() {
  const { data } = useProcesses();
  const now = useNow();
  if (data === undefined || data.processes.length < 2) return null;
  const { processes, differing_settings: differing, versions } = data;
  return (
    <Section title="Processes" hint="All that share this database, as each tells every 15 seconds.">
      {differing.length > 0 && (
        <Alert
          color="orange"
          variant="light"
          icon={<IconAlertTriangle aria-hidden />}
          title="Settings that have to be the same differ"
        >
          {differing.join(", ")}. Give all processes the same, unless you are exchanging them right now.
        </Alert>
      )}
      {versions.length > 1 && (
        <Text size="sm">
          Releases {versions.join(" and ")} run side by side, as while one replaces the other.
        </Text>
      )}
      <Paper withBorder>
        <Table.ScrollContainer minWidth={560}>
          <Table verticalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Process</Table.Th>
                <Table.Th>Role</Table.Th>
                <Table.Th>Release</Table.Th>
                <Table.Th>Started</Table.Th>
                <Table.Th>State</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {processes.map((process) => (
                <Table.Tr key={process.id}>
                  <Table.Td style={{ overflowWrap: "anywhere" }}>
                    {process.host}
                    {process.own && (
                      <Text span size="xs" c="dimmed">
                        {" "}
                        (this one)
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td>{process.role}</Table.Td>
                  <Table.Td>{process.version}</Table.Td>
                  <Table.Td>
                    <Ago at={process.started_at} now={now} />
                  </Table.Td>
                  <Table.Td>
                    <StatusBadge status={process.ending ? "ending" : "alive"} />
                    {process.differs.length > 0 && (
                      <Text size="xs" mt={4}>
                        differs: {process.differs.join(", ")}
                      </Text>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Paper>
    </Section>
  );
}
