import type { AuditEntry, ListAuditLogAnswer } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { Button, Code, Group, Paper, Skeleton, Table, Text, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconHistory } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { EmptyState } from "../../parts/empty-state.tsx";
import { ErrorNotice } from "../../parts/error-notice.tsx";
import { dateTime } from "../../parts/format.ts";
import { Section } from "../../parts/section.tsx";

const fields = [
  { name: "action", label: "What", placeholder: "batch, or batch.cancel", type: "text" },
  { name: "actor", label: "Who", placeholder: "Owner of the credential", type: "text" },
  { name: "target", label: "Of what", placeholder: "Id of a batch", type: "text" },
  { name: "since", label: "Since (UTC)", placeholder: "", type: "date" },
  { name: "until", label: "Before (UTC)", placeholder: "", type: "date" },
] as const;

type Filter = Readonly<Partial<Record<(typeof fields)[number]["name"], string>>>;

const typingMs = 400;

/** Who did what, newest first. */
export function AuditLog() {
  const fovea = useFovea();
  const navigate = useNavigate();
  const search = useSearch({ from: "/admin" });
  const filter = filterOf(search);
  const [typed, setTyped] = useState(filter);
  const go = (next: Filter) =>
    void navigate({ to: "/admin", search: { tab: "audit", ...filterOf(next) }, replace: true });
  const goSoon = useDebouncedCallback(go, typingMs);
  const isFiltered = Object.keys(filter).length > 0;
  const log = useInfiniteQuery({
    queryKey: ["audit", filter],
    queryFn: ({ pageParam, signal }) =>
      fovea.get<ListAuditLogAnswer>("/api/v1/audit", {
        query: { limit: 50, ...filter, ...(pageParam === null ? {} : { after: pageParam }) },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_after }) => next_after,
    placeholderData: keepPreviousData,
  });
  const entries = log.data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <Section
      title="Audit log"
      hint="Control, removal, exports and administration. Entries cannot be changed or removed."
    >
      <Group gap="sm" align="flex-end" role="search" aria-label="Audit log">
        {fields.map(({ name, label, placeholder, type }) => (
          <TextInput
            key={name}
            label={label}
            placeholder={placeholder}
            type={type}
            maxLength={500}
            w={180}
            value={typed[name] ?? ""}
            onChange={(event) => {
              const next = { ...typed, [name]: event.currentTarget.value };
              setTyped(next);
              goSoon(next);
            }}
          />
        ))}
        {isFiltered && (
          <Button
            variant="subtle"
            onClick={() => {
              goSoon.cancel();
              setTyped({});
              go({});
            }}
          >
            Clear filters
          </Button>
        )}
      </Group>
      {log.isPending && <Skeleton height={240} />}
      {log.error && <ErrorNotice error={log.error} title="The audit log cannot be shown" />}
      {log.isSuccess && entries.length === 0 && (
        <EmptyState
          title={isFiltered ? "Nothing like that was done" : "Nothing yet"}
          icon={<IconHistory size={22} />}
        >
          {!isFiltered && "Who creates, cancels, exports or removes something is written down here."}
        </EmptyState>
      )}
      {!log.error && entries.length > 0 && (
        <Paper withBorder>
          <Table.ScrollContainer minWidth={760} type="native" tabIndex={0} role="group" aria-label="Entries">
            <Table verticalSpacing={6}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>When</Table.Th>
                  <Table.Th>Who</Table.Th>
                  <Table.Th>What</Table.Th>
                  <Table.Th>Of what</Table.Th>
                  <Table.Th>Details</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {entries.map((entry) => (
                  <Row key={entry.id} entry={entry} />
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </Paper>
      )}
      {log.hasNextPage && (
        <Group>
          <Button variant="default" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
            Show older ones
          </Button>
        </Group>
      )}
    </Section>
  );
}

function Row({ entry }: { readonly entry: AuditEntry }) {
  const { at, actor, method, address, action, target, details } = entry;
  const said = JSON.stringify(details);
  return (
    <Table.Tr>
      <Table.Td>
        <Text size="sm">{dateTime(at)}</Text>
      </Table.Td>
      <Table.Td maw={180}>
        <Text size="sm" lineClamp={2}>
          {actor}
        </Text>
        <Text size="xs" c="dimmed">
          {method}
          {address !== null && `, ${address}`}
        </Text>
      </Table.Td>
      <Table.Td>
        <Code>{action}</Code>
      </Table.Td>
      <Table.Td maw={200}>
        <Text size="sm" lineClamp={2} title={target ?? ""}>
          {target ?? "–"}
        </Text>
      </Table.Td>
      <Table.Td maw={280}>
        <Text size="xs" ff="monospace" lineClamp={3} title={said}>
          {said === "{}" ? "–" : said}
        </Text>
      </Table.Td>
    </Table.Tr>
  );
}

/** What is filled in, of what an address or the fields say. */
function filterOf(values: Readonly<Record<string, unknown>>): Filter {
  return Object.fromEntries(
    fields.flatMap(({ name }) => {
      const text = String(values[name] ?? "").trim();
      return text === "" ? [] : [[name, text]];
    }),
  );
}
