import {
  Badge,
  Button,
  Code,
  Group,
  Paper,
  Skeleton,
  Stack,
  Switch,
  Table,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { EmptyState } from "../../parts/empty-state.tsx";
import { ErrorNotice } from "../../parts/error-notice.tsx";
import { counted } from "../../parts/format.ts";
import { Section } from "../../parts/section.tsx";
import { plainText } from "./plain-text.ts";
import { type Setting, useConfiguration } from "./use-configuration.ts";

/** Every setting, with what holds. */
export function Configuration() {
  const { data, error, isPending } = useConfiguration();
  const [search, setSearch] = useState("");
  const [onlySet, setOnlySet] = useState(false);
  const wanted = search.trim().toLowerCase();
  const matches = ({ name, description, set }: Setting) =>
    (!onlySet || set) && `${name} ${description}`.toLowerCase().includes(wanted);
  const groups = (data?.groups ?? [])
    .map(({ name, settings }) => ({ name, settings: settings.filter(matches) }))
    .filter(({ settings }) => settings.length > 0);
  const shown = groups.reduce((sum, { settings }) => sum + settings.length, 0);
  return (
    <Section
      title="Configuration in force"
      hint="Of the process that answers. Settings are environment variables, read when it starts. Of secrets there is only whether they are set."
    >
      {isPending && <Skeleton height={300} />}
      {error && <ErrorNotice error={error} title="The configuration cannot be shown" />}
      {data && (
        <Group gap="md" align="flex-end">
          <TextInput
            label="Search"
            placeholder="Name or meaning"
            leftSection={<IconSearch size={16} aria-hidden />}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
            w={280}
          />
          <Switch
            label="Only what was set"
            checked={onlySet}
            onChange={(event) => setOnlySet(event.currentTarget.checked)}
            pb={8}
          />
          <Text size="sm" c="dimmed" role="status" pb={8}>
            {counted(shown, "setting")}
          </Text>
        </Group>
      )}
      {data && shown === 0 && (
        <EmptyState
          title="No setting is like that"
          action={
            <Button
              size="xs"
              variant="default"
              onClick={() => {
                setSearch("");
                setOnlySet(false);
              }}
            >
              Clear filters
            </Button>
          }
        />
      )}
      <Stack gap="lg">
        {groups.map(({ name, settings }) => (
          <Stack key={name} gap={6}>
            <Title order={3} size="h5">
              {name}
            </Title>
            <Paper withBorder>
              <Table.ScrollContainer minWidth={720} type="native" tabIndex={0} role="group" aria-label={name}>
                <Table verticalSpacing={6} layout="fixed">
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th w="34%">Name</Table.Th>
                      <Table.Th w="26%">Value</Table.Th>
                      <Table.Th>Meaning</Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {settings.map((setting) => (
                      <Row key={setting.name} setting={setting} />
                    ))}
                  </Table.Tbody>
                </Table>
              </Table.ScrollContainer>
            </Paper>
          </Stack>
        ))}
      </Stack>
    </Section>
  );
}

function Row({ setting }: { readonly setting: Setting }) {
  const { name, set, description } = setting;
  return (
    <Table.Tr>
      <Table.Td>
        <Text size="sm" ff="monospace">
          {name}
        </Text>
        <Group gap={4}>{set && <Mark text="set" />}</Group>
      </Table.Td>
      <Table.Td>
        <Value setting={setting} />
      </Table.Td>
      <Table.Td>
        <Text size="sm">{plainText(description)}</Text>
      </Table.Td>
    </Table.Tr>
  );
}

const Mark = ({ text }: { readonly text: string }) => (
  <Badge variant="default" size="sm" tt="none" fw={500}>
    {text}
  </Badge>
);

function Value({ setting: { value, secret, set, default: fallback } }: { readonly setting: Setting }) {
  if (secret && set)
    return (
      <Text size="sm" c="dimmed">
        secret, not shown
      </Text>
    );
  if (value !== null && value !== "") return <Code style={{ overflowWrap: "anywhere" }}>{value}</Code>;
  return (
    <Text size="sm" c="dimmed">
      {fallback === "–" ? "not set" : plainText(fallback)}
    </Text>
  );
}
