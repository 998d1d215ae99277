import { Paper, Skeleton, Table, Text } from "@mantine/core";
import { counted } from "../../parts/format.ts";
import { Section } from "../../parts/section.tsx";
import { useConfiguration } from "./use-configuration.ts";

interface Kept {
  readonly what: string;
  /** Absent where it is not to be set. */
  readonly setting?: string;
  readonly text: (value: number) => string;
}

const days = (value: number) => (value === 0 ? "for good" : counted(value, "day"));

const kept: readonly Kept[] = [
  {
    what: "Batches that ended, catalogs too, with their results",
    setting: "RESULT_RETENTION_DAYS",
    text: days,
  },
  {
    what: "Smaller images of catalogs, after the last upload that named them",
    setting: "CATALOG_RETENTION_DAYS",
    text: days,
  },
  { what: "Media jobs after their end, and their pictures", setting: "MEDIA_RETENTION_DAYS", text: days },
  { what: "Icons", setting: "ICON_RETENTION_DAYS", text: days },
  { what: "Signed links to pictures open at least", setting: "IMAGE_LINK_DAYS", text: days },
  {
    what: "The image at an address is taken to be what it was",
    setting: "URL_CACHE_HOURS",
    text: (hours) => (hours === 0 ? "not at all" : counted(hours, "hour")),
  },
  { what: "What was sent to webhooks", text: () => "30 days" },
  { what: "Answers for an Idempotency-Key", text: () => "24 hours" },
  { what: "The audit log", text: () => "for good" },
];

/** How long what is kept, as the service is configured. */
export function Retention() {
  const { data, isPending } = useConfiguration();
  if (isPending) return <Skeleton height={220} />;
  // What is wrong with it is said by the configuration below.
  if (!data) return null;
  const values = new Map(
    data.groups.flatMap(({ settings }) => settings).map((each) => [each.name, each.value]),
  );
  return (
    <Section
      title="Retention in force"
      hint="How long what is kept. What is out of date is removed within hours."
    >
      <Paper withBorder>
        <Table.ScrollContainer minWidth={480} type="native" tabIndex={0} role="group" aria-label="Retention">
          <Table verticalSpacing={6}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>What</Table.Th>
                <Table.Th>Kept</Table.Th>
                <Table.Th>Setting</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {kept.map(({ what, setting, text }) => (
                <Table.Tr key={what}>
                  <Table.Td>{what}</Table.Td>
                  <Table.Td fw={600}>{text(Number((setting && values.get(setting)) ?? 0))}</Table.Td>
                  <Table.Td>
                    <Text size="xs" ff="monospace" c="dimmed">
                      {setting ?? "fixed"}
                    </Text>
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
