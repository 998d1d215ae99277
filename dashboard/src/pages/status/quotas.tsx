import type { GetQuotasData } from "@fovea/client";
import { Alert, Anchor, Badge, Group, Paper, Skeleton, Stack, Table, Text } from "@mantine/core";
import { IconAlertTriangle, IconKey } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { EmptyState } from "../../parts/empty-state.tsx";
import { ErrorNotice } from "../../parts/error-notice.tsx";
import { count, dateTime, duration, percent, timeAgo } from "../../parts/format.ts";
import { Section } from "../../parts/section.tsx";
import { Usage } from "./usage.tsx";
import { useNow } from "./use-now.ts";
import { useQuotas } from "./use-status.ts";

type Provider = GetQuotasData["providers"][number];
type QuotaGroup = Provider["groups"][number];

/** How the keys of providers are doing. */
export function Quotas() {
  const { data, error, isPending } = useQuotas();
  return (
    <Section
      title="Quotas and keys"
      hint="Keys are shown by their last characters. A group shares the limits of one account."
      actions={
        <Anchor size="sm" renderRoot={(props) => <Link {...props} to="/admin" search={{ tab: "keys" }} />}>
          Try refused keys again
        </Anchor>
      }
    >
      {isPending && <Skeleton height={140} />}
      {error && <ErrorNotice error={error} title="Quotas cannot be shown" />}
      {data && data.providers.length === 0 && (
        <EmptyState title="No keys of providers" icon={<IconKey size={22} />}>
          Images are looked at by the local model, which needs none. Set a key, such as GEMINI_API_KEYS, and
          start the service again: its limits and use are shown here.
        </EmptyState>
      )}
      {data?.providers.map((provider) => (
        <ProviderCard key={provider.provider} provider={provider} />
      ))}
      {data && data.usage.length > 0 && <Usage usage={data.usage} />}
    </Section>
  );
}

function ProviderCard({ provider: { provider, groups, suspicions } }: { readonly provider: Provider }) {
  return (
    <Paper withBorder>
      <Text fw={600} p="sm" pb={0}>
        {provider}
      </Text>
      {suspicions.map(({ message }) => (
        <Alert
          key={message}
          color="orange"
          variant="light"
          m="sm"
          icon={<IconAlertTriangle aria-hidden />}
          p="xs"
        >
          {message}
        </Alert>
      ))}
      <Table.ScrollContainer
        minWidth={720}
        type="native"
        tabIndex={0}
        role="group"
        aria-label={`Groups of ${provider}`}
      >
        <Table verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Group</Table.Th>
              <Table.Th>Limits</Table.Th>
              <Table.Th ta="right">In use</Table.Th>
              <Table.Th ta="right">Today</Table.Th>
              <Table.Th>State</Table.Th>
              <Table.Th>Keys</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {groups.map((group) => (
              <GroupRow key={group.name} group={group} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}

function GroupRow({ group }: { readonly group: QuotaGroup }) {
  const { name, limits, share_in_use: share, requests_today: today, keys } = group;
  const perDay = limits.requests_per_day;
  return (
    <Table.Tr>
      <Table.Td>{name}</Table.Td>
      <Table.Td>
        <Text size="sm">{limitsText(limits)}</Text>
      </Table.Td>
      <Table.Td ta="right">{percent(share * 100)}</Table.Td>
      <Table.Td ta="right">
        {count(today)}
        {perDay !== null && ` of ${count(perDay)}`}
      </Table.Td>
      <Table.Td>
        <Parked group={group} />
      </Table.Td>
      <Table.Td>
        <Stack gap={4}>
          {keys.map(({ key_id, label, usable, last_error }) => (
            <div key={key_id}>
              <Group gap={6} wrap="nowrap">
                <Text size="sm" ff="monospace">
                  {label}
                </Text>
                {!usable && (
                  <Badge
                    variant="default"
                    tt="none"
                    leftSection={<IconAlertTriangle size={12} aria-hidden />}
                  >
                    refused for good
                  </Badge>
                )}
              </Group>
              {last_error && (
                <Text size="xs" c="dimmed" lineClamp={3}>
                  {last_error.reason} ({timeAgo(last_error.at)})
                </Text>
              )}
            </div>
          ))}
          {keys.length === 0 && (
            <Text size="sm" c="dimmed">
              none
            </Text>
          )}
        </Stack>
      </Table.Td>
    </Table.Tr>
  );
}

/** With the time that is left, second by second. */
function Parked({ group: { parked_until: until, parked_reason: reason } }: { readonly group: QuotaGroup }) {
  const now = useNow();
  const left = until === null ? 0 : (Date.parse(until) - now) / 1_000;
  if (until === null || left <= 0) return <Text size="sm">ready</Text>;
  return (
    <>
      <Text size="sm" fw={500} title={dateTime(until)} className="numbers">
        rests for {duration(Math.max(10, left))}
      </Text>
      {reason && (
        <Text size="xs" c="dimmed" lineClamp={3}>
          {reason}
        </Text>
      )}
    </>
  );
}

function limitsText(limits: QuotaGroup["limits"]): string {
  const parts = [
    [limits.requests_per_minute, "requests/min"],
    [limits.requests_per_day, "requests/day"],
    [limits.tokens_per_minute, "tokens/min"],
    [limits.concurrency, "at a time"],
  ] as const;
  const said = parts.flatMap(([limit, unit]) => (limit === null ? [] : [`${count(limit)} ${unit}`]));
  return said.length === 0 ? "none here" : said.join(", ");
}
