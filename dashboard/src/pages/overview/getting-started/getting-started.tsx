import { Anchor, CloseButton, Group, Paper, Skeleton, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { IconCheck, IconPhoto } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { ErrorNotice } from "../../../parts/error-notice.tsx";
import { useSetup } from "../../../service/use-setup.ts";
import { KeyTest } from "./key-test.tsx";
import { ProviderLine } from "./provider-line.tsx";

/** For the first visit: something to look at, and what each key would add. */
export function GettingStarted({ onDismiss }: { readonly onDismiss: () => void }) {
  const { data: setup, error, refetch } = useSetup();
  const [tested, setTested] = useState<string | null>(null);
  const anyKey = setup?.providers.some(({ configured, can_test }) => configured && can_test);
  return (
    <Paper component="section" withBorder p="md" aria-labelledby="getting-started">
      <Group justify="space-between" mb="sm" wrap="nowrap">
        <Title order={2} id="getting-started">
          Getting started
        </Title>
        <CloseButton aria-label="Dismiss getting started" onClick={onDismiss} />
      </Group>
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {!setup && !error && <Skeleton height={200} />}
      {setup && (
        <Stack gap="sm">
          {setup.sample_batch_id !== null && (
            <Group gap="xs" wrap="nowrap" align="flex-start">
              <ThemeIcon variant="light" size={24} radius="xl" aria-hidden>
                <IconPhoto size={14} />
              </ThemeIcon>
              <Text size="sm">
                <Anchor
                  underline="always"
                  renderRoot={(root) => (
                    <Link to="/batch/$batchId" params={{ batchId: setup.sample_batch_id ?? "" }} {...root} />
                  )}
                >
                  Look at the sample batch
                </Anchor>
                : results, a failure, and an export to try.
              </Text>
            </Group>
          )}
          <Group gap="xs" wrap="nowrap" align="flex-start">
            <ThemeIcon variant="light" size={24} radius="xl" aria-hidden>
              <IconCheck size={14} />
            </ThemeIcon>
            <Text size="sm">
              {anyKey
                ? "Keys are set. Further ones add what follows."
                : "Everything works without a key: text is read from pictures, icons are drawn, catalogs made smaller. Keys add what follows."}
            </Text>
          </Group>
          <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: "none" }}>
            {setup.providers.map((provider) => (
              <ProviderLine key={provider.name} provider={provider} onTest={() => setTested(provider.name)} />
            ))}
          </Stack>
        </Stack>
      )}
      <KeyTest
        provider={setup?.providers.find(({ name }) => name === tested) ?? null}
        onClose={() => setTested(null)}
      />
    </Paper>
  );
}
