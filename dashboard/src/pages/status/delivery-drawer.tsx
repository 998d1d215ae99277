import type { RedeliverWebhookAnswer, WebhookAttempt, WebhookDeliveryDetails } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { Button, Code, CopyButton, Drawer, Group, Paper, Skeleton, Stack, Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconRefresh } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ErrorNotice } from "../../parts/error-notice.tsx";
import { counted, dateTime, duration, timeAgo } from "../../parts/format.ts";
import { StatusBadge } from "../../parts/status-badge.tsx";
import { everyMs } from "./use-status.ts";

/** One webhook: what is sent, and each attempt. @param id null while none is shown */
export function DeliveryDrawer(props: { readonly id: string | null; readonly onClose: () => void }) {
  const { id, onClose } = props;
  return (
    <Drawer
      opened={id !== null}
      onClose={onClose}
      position="right"
      size="lg"
      title="Webhook"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {id !== null && <Delivery id={id} />}
    </Drawer>
  );
}

function Delivery({ id }: { readonly id: string }) {
  const fovea = useFovea();
  const queries = useQueryClient();
  const key = ["delivery", id];
  const { data, error, isPending } = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => await fovea.webhooks.deliveries.get(id, { signal }),
    refetchInterval: ({ state }) => (state.data?.status === "pending" ? everyMs / 5 : false),
  });
  const redeliver = useMutation({
    mutationFn: async () =>
      await fovea.post<RedeliverWebhookAnswer>(
        `/api/v1/webhooks/deliveries/${encodeURIComponent(id)}/redeliver`,
      ),
    async onSuccess({ delivery }) {
      queries.setQueryData(key, delivery);
      notifications.show({ message: `“${delivery.event}” is sent again, with the same id and body.` });
      await queries.invalidateQueries({ queryKey: ["deliveries"] });
    },
  });
  if (isPending) return <Skeleton height={240} />;
  if (error) return <ErrorNotice error={error} title="This webhook cannot be shown" />;
  return (
    <Stack gap="md">
      <Head delivery={data} />
      <Group gap="xs">
        <Button
          leftSection={<IconRefresh size={16} aria-hidden />}
          loading={redeliver.isPending}
          disabled={data.attempting}
          onClick={() => redeliver.mutate()}
        >
          Send again
        </Button>
        <CopyButton value={data.id}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? "Copied" : "Copy id"}
            </Button>
          )}
        </CopyButton>
      </Group>
      {redeliver.error && <ErrorNotice error={redeliver.error} title="It was not sent again" />}
      <Stack gap={6}>
        <Title order={3} size="h5">
          What is sent
        </Title>
        <Code block tabIndex={0} style={{ maxHeight: 260, overflow: "auto" }} aria-label="Body">
          {readable(data.body)}
        </Code>
      </Stack>
      <Stack gap={6}>
        <Title order={3} size="h5">
          {data.attempts.length === 0 ? "No attempt has ended" : counted(data.attempts.length, "attempt")}
        </Title>
        {data.attempts.toReversed().map((attempt) => (
          <Attempt key={`${attempt.number} ${attempt.at}`} attempt={attempt} />
        ))}
      </Stack>
    </Stack>
  );
}

function Head({ delivery }: { readonly delivery: WebhookDeliveryDetails }) {
  const { event, status, url, topic, owner, created_at, next_attempt_at } = delivery;
  return (
    <Stack gap={4}>
      <Group gap="xs">
        <Text fw={600}>{event}</Text>
        <StatusBadge status={status} />
      </Group>
      <Text size="sm">{url}</Text>
      <Text size="sm" c="dimmed">
        About {topic}, of {owner}, created {dateTime(created_at)}
        {next_attempt_at !== null && `; next attempt ${timeAgo(next_attempt_at)}`}
      </Text>
    </Stack>
  );
}

function Attempt({ attempt }: { readonly attempt: WebhookAttempt }) {
  const { number, at, took_ms, delivered, status_code, code, reason, response } = attempt;
  return (
    <Paper withBorder p="xs">
      <Group gap="xs">
        <StatusBadge status={delivered ? "delivered" : "failed"} />
        <Text size="sm">
          {number > 0 && `Attempt ${number}, `}
          {dateTime(at)}, took {duration(took_ms / 1_000)}
          {status_code !== null && `, answered ${status_code}`}
        </Text>
        {code && <Code>{code}</Code>}
      </Group>
      {reason && (
        <Text size="sm" pt={4}>
          {reason}
        </Text>
      )}
      {response && (
        <Code
          block
          mt={4}
          tabIndex={0}
          aria-label="Answer of the receiver"
          style={{ maxHeight: 120, overflow: "auto", whiteSpace: "pre-wrap" }}
        >
          {response}
        </Code>
      )}
    </Paper>
  );
}

/** JSON over several lines; what is none as it is. */
function readable(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
