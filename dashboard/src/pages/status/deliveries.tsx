import type { ListWebhookDeliveriesAnswer, WebhookDelivery, WebhookDeliveryStatus } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { Button, Group, Paper, SegmentedControl, Skeleton, Table, Text } from "@mantine/core";
import { IconWebhook } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Ago } from "../../parts/ago.tsx";
import { EmptyState } from "../../parts/empty-state.tsx";
import { ErrorNotice } from "../../parts/error-notice.tsx";
import { count, dateTime, timeAgo } from "../../parts/format.ts";
import { Section } from "../../parts/section.tsx";
import { StatusBadge } from "../../parts/status-badge.tsx";
import { DeliveryDrawer } from "./delivery-drawer.tsx";
import { TestWebhook } from "./test-webhook.tsx";
import { everyMs } from "./use-status.ts";

const states: readonly WebhookDeliveryStatus[] = ["pending", "delivered", "failed", "disabled"];

/** What was told to receivers, and how that went. */
export function Deliveries() {
  const fovea = useFovea();
  const navigate = useNavigate();
  const search = useSearch({ from: "/system/status" });
  const state = states.find((each) => each === search["deliveries"]);
  const opened = typeof search["delivery"] === "string" ? search["delivery"] : null;
  const go = (to: { readonly deliveries?: string | undefined; readonly delivery?: string }) =>
    void navigate({
      to: "/system/status",
      search: Object.fromEntries(Object.entries(to).filter(([, value]) => value !== undefined)),
      resetScroll: false,
    });
  const list = useInfiniteQuery({
    queryKey: ["deliveries", state ?? "all"],
    queryFn: ({ pageParam, signal }) =>
      fovea.get<ListWebhookDeliveriesAnswer>("/api/v1/webhooks/deliveries", {
        query: { limit: 20, ...(state ? { status: state } : {}), ...(pageParam ? { after: pageParam } : {}) },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_after }) => next_after,
    refetchInterval: everyMs,
  });
  const deliveries = list.data?.pages.flatMap((page) => page.deliveries) ?? [];
  return (
    <Section
      title="Webhooks"
      hint="What was told to receivers in the last 30 days."
      actions={<TestWebhook />}
    >
      <SegmentedControl
        value={state ?? "all"}
        onChange={(value) => go({ deliveries: value === "all" ? undefined : value })}
        data={["all", ...states].map((value) => ({
          value,
          label: value.slice(0, 1).toUpperCase() + value.slice(1),
        }))}
        aria-label="Deliveries by state"
        style={{ alignSelf: "flex-start", maxWidth: "100%", overflowX: "auto" }}
      />
      {list.isPending && <Skeleton height={120} />}
      {list.error && <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && deliveries.length === 0 && (
        <EmptyState
          title={state ? `No delivery is ${state}` : "Nothing was sent"}
          icon={<IconWebhook size={22} />}
          {...(state
            ? {
                action: (
                  <Button variant="default" size="xs" onClick={() => go({})}>
                    Show all
                  </Button>
                ),
              }
            : {})}
        >
          {!state &&
            "Name a webhook URL when you create a batch or a job, or set the receiver of catalogs: what is sent there is listed here, and can be sent again."}
        </EmptyState>
      )}
      {deliveries.length > 0 && (
        <Paper withBorder>
          <Table.ScrollContainer minWidth={640} type="native">
            <Table verticalSpacing="xs" highlightOnHover>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Event</Table.Th>
                  <Table.Th>Receiver</Table.Th>
                  <Table.Th>State</Table.Th>
                  <Table.Th ta="right">Attempts</Table.Th>
                  <Table.Th>Created</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {deliveries.map((delivery) => (
                  <Row
                    key={delivery.id}
                    delivery={delivery}
                    onOpen={() => go({ deliveries: state, delivery: delivery.id })}
                  />
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </Paper>
      )}
      {list.hasNextPage && (
        <Group>
          <Button
            variant="default"
            loading={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            Show older ones
          </Button>
        </Group>
      )}
      <DeliveryDrawer id={opened} onClose={() => go({ deliveries: state })} />
    </Section>
  );
}

function Row({ delivery, onOpen }: { readonly delivery: WebhookDelivery; readonly onOpen: () => void }) {
  const { event, url, status, attempt_count, created_at, next_attempt_at } = delivery;
  return (
    <Table.Tr>
      <Table.Td>
        <Button
          variant="subtle"
          size="compact-sm"
          px={0}
          onClick={onOpen}
          aria-label={`${event}, ${dateTime(created_at)}`}
        >
          {event}
        </Button>
      </Table.Td>
      <Table.Td maw={280}>
        <Text size="sm" lineClamp={2}>
          {url}
        </Text>
      </Table.Td>
      <Table.Td>
        <StatusBadge status={status} />
      </Table.Td>
      <Table.Td ta="right">
        <Text size="sm">{count(attempt_count)}</Text>
        {next_attempt_at !== null && (
          <Text size="xs" c="dimmed">
            next {timeAgo(next_attempt_at)}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Text size="sm">
          <Ago at={created_at} />
        </Text>
      </Table.Td>
    </Table.Tr>
  );
}
