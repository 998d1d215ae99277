import type { IconBatchSummary } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { Button, Group, Skeleton, Stack, Table, Text, Title } from "@mantine/core";
import { IconApps } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Ago } from "../../parts/ago.tsx";
import { EmptyState } from "../../parts/empty-state.tsx";
import { ErrorNotice } from "../../parts/error-notice.tsx";
import { counted, timeAgo } from "../../parts/format.ts";
import { StatusBadge } from "../../parts/status-badge.tsx";

const perPage = 20;

/** One's own sets, newest first. */
export function EarlierSets({ onOpen }: { readonly onOpen: (id: string) => void }) {
  const fovea = useFovea();
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } =
    useInfiniteQuery({
      queryKey: ["icon-sets"],
      queryFn: ({ pageParam, signal }) =>
        fovea.get<IconBatchSummary[]>("/api/icons/batches", {
          query: { limit: perPage, offset: pageParam },
          signal,
        }),
      initialPageParam: 0,
      getNextPageParam: (page, pages) => (page.length < perPage ? null : pages.length * perPage),
    });
  const sets = new Map(data?.pages.flat().map((set) => [set.batch_id, set]));
  return (
    <Stack gap="sm" component="section" aria-label="Sets">
      <Title order={2}>Sets</Title>
      {isPending && <Skeleton height={120} />}
      {error && (
        <ErrorNotice error={error} title="The sets could not be read" onRetry={() => void refetch()} />
      )}
      {data && sets.size === 0 && (
        <EmptyState title="No sets yet" icon={<IconApps />}>
          Name some categories, choose a style, and the icons of a set appear here as they are made.
        </EmptyState>
      )}
      {sets.size > 0 && (
        <Table.ScrollContainer minWidth={380} scrollAreaProps={{ tabIndex: 0 }}>
          <Table verticalSpacing={6}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Made</Table.Th>
                <Table.Th>Categories</Table.Th>
                <Table.Th>State</Table.Th>
                <Table.Th>
                  <Text component="span" size="sm" fw={700}>
                    Set
                  </Text>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {[...sets.values()].map((set) => (
                <Table.Tr key={set.batch_id}>
                  <Table.Td>
                    <Ago at={set.created_at} />
                  </Table.Td>
                  <Table.Td>{set.total_categories}</Table.Td>
                  <Table.Td>
                    <StatusBadge status={set.status} />
                  </Table.Td>
                  <Table.Td>
                    <Button
                      size="compact-xs"
                      variant="default"
                      onClick={() => onOpen(set.batch_id)}
                      aria-label={`Open the set of ${counted(set.total_categories, "category", "categories")} made ${timeAgo(set.created_at)}`}
                    >
                      Open
                    </Button>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {hasNextPage && (
        <Group justify="center">
          <Button
            size="xs"
            variant="default"
            loading={isFetchingNextPage}
            onClick={() => void fetchNextPage()}
          >
            Show more
          </Button>
        </Group>
      )}
    </Stack>
  );
}
