import { useFovea } from "@fovea/react";
import { Button, Checkbox, Collapse, Group, Paper, Stack, Text, TextInput, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorNotice } from "../../parts/error-notice.tsx";

const events = [
  { value: "processing.started", label: "A catalog is begun" },
  { value: "processing.completed", label: "A catalog has ended with something made" },
  { value: "processing.failed", label: "A catalog has ended with nothing made" },
] as const;

type Event = (typeof events)[number]["value"];

/** Who is told of all catalogs of the installation. */
export function CatalogWebhook() {
  const fovea = useFovea();
  const [opened, { toggle }] = useDisclosure(false);
  const [url, setUrl] = useState("");
  const [chosen, setChosen] = useState<readonly string[]>(["processing.completed", "processing.failed"]);
  const configure = useMutation({
    mutationFn: async () =>
      await fovea.catalog.configureWebhook({
        webhook_url: url.trim(),
        events: events.map(({ value }) => value).filter((value): value is Event => chosen.includes(value)),
      }),
    onSuccess: () => notifications.show({ message: "The receiver is set, in place of the one before." }),
  });
  return (
    <Paper withBorder p="md" component="section" aria-label="Webhook">
      <Group justify="space-between">
        <Title order={2}>Webhook</Title>
        <Button variant="subtle" onClick={toggle} aria-expanded={opened}>
          {opened ? "Close" : "Set the receiver"}
        </Button>
      </Group>
      <Text size="sm" c="dimmed">
        One address that is told of every catalog of this installation. What was sent is on the status page.
      </Text>
      <Collapse expanded={opened}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            configure.mutate();
          }}
        >
          <Stack gap="sm" pt="sm">
            <TextInput
              label="Address of the receiver"
              placeholder="https://shop.example/hooks/catalog"
              type="url"
              required
              maxLength={2_048}
              value={url}
              onChange={(event) => setUrl(event.currentTarget.value)}
            />
            <Checkbox.Group label="It is told when" value={[...chosen]} onChange={setChosen}>
              <Stack gap={6} pt={6}>
                {events.map(({ value, label }) => (
                  <Checkbox key={value} value={value} label={label} />
                ))}
              </Stack>
            </Checkbox.Group>
            {configure.error && <ErrorNotice error={configure.error} title="The receiver was not set" />}
            <Group>
              <Button type="submit" loading={configure.isPending} disabled={chosen.length === 0}>
                Set the receiver
              </Button>
            </Group>
          </Stack>
        </form>
      </Collapse>
    </Paper>
  );
}
