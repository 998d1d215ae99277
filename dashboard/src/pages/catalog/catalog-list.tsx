import type { ListCatalogsAnswer } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { Anchor, Button, Group, Paper, Progress, Skeleton, Stack, Table, Text, Title } from "@mantine/core";
import { IconPackages } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Ago } from "../../parts/ago.tsx";
import { EmptyState } from "../../parts/empty-state.tsx";
import { ErrorNotice } from "../../parts/error-notice.tsx";
import { bytes, count, percent } from "../../parts/format.ts";
import { StatusBadge } from "../../parts/status-badge.tsx";

type Listed = ListCatalogsAnswer["requests"][number];

const isUnderWay = ({ state }: Listed) => state === "received" || state === "processing";
const busyMs = 3_000;
const quietMs = 15_000;

/** All catalogs, newest first. */
export function CatalogList() {
  const fovea = useFovea();
  const list = useInfiniteQuery({
    queryKey: ["catalogs"],
    queryFn: ({ pageParam, signal }) =>
      fovea.get<ListCatalogsAnswer>("/api/v1/requests", {
        query: { limit: 20, ...(pageParam === null ? {} : { after: pageParam }) },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_after }) => next_after,
    refetchInterval: ({ state: { data } }) =>
      data?.pages.some(({ requests }) => requests.some(isUnderWay)) ? busyMs : quietMs,
  });
  const requests = list.data?.pages.flatMap((page) => page.requests) ?? [];
  return (
    <Stack component="section" gap="sm" aria-label="Catalogs">
      <Title order={2}>Catalogs</Title>
      {list.isPending && <Skeleton height={160} />}
      {list.error && <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && requests.length === 0 && (
        <EmptyState title="No catalog yet" icon={<IconPackages size={22} />}>
          Drop the CSV of a shop’s products above. Its images are made smaller, and each gets an address of
          its own.
        </EmptyState>
      )}
      {requests.length > 0 && (
        <Paper withBorder>
          <Table.ScrollContainer minWidth={720} type="native">
            <Table verticalSpacing="xs" highlightOnHover>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Catalog</Table.Th>
                  <Table.Th>State</Table.Th>
                  <Table.Th>Products</Table.Th>
                  <Table.Th>Images</Table.Th>
                  <Table.Th ta="right">Saved</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {requests.map((request) => (
                  <Row key={request.request_id} request={request} />
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
    </Stack>
  );
}

function Row({ request }: { readonly request: Listed }) {
  const { request_id: id, file_name, created_at, state, products, images } = request;
  const ended = products.done + products.failed;
  return (
    <Table.Tr>
      <Table.Td maw={280}>
        <Anchor
          renderRoot={(props) => <Link {...props} to="/catalog" search={{ request: id }} />}
          fw={500}
          size="sm"
          lineClamp={2}
          underline="always"
        >
          {file_name ?? `Catalog ${id.slice(0, 8)}`}
        </Anchor>
        <Text size="xs" c="dimmed">
          <Ago at={created_at} />
        </Text>
      </Table.Td>
      <Table.Td>
        <StatusBadge status={state} />
      </Table.Td>
      <Table.Td>
        <Text size="sm">
          {count(ended)} of {count(products.total)}
          {products.failed > 0 && `, ${count(products.failed)} failed`}
        </Text>
        {isUnderWay(request) && (
          <Progress
            size="xs"
            mt={4}
            value={products.total === 0 ? 0 : (ended / products.total) * 100}
            aria-label={`Progress of ${file_name ?? id}`}
          />
        )}
      </Table.Td>
      <Table.Td>
        <Text size="sm">{images === null ? "–" : imagesText(images)}</Text>
      </Table.Td>
      <Table.Td ta="right">
        <Text size="sm">{bytes(request.saved_bytes)}</Text>
        {request.saved_percent !== null && (
          <Text size="xs" c="dimmed">
            {percent(request.saved_percent)}
          </Text>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

const imagesText = ({ total, done, failed }: NonNullable<Listed["images"]>) =>
  `${count(done)} of ${count(total)}${failed > 0 ? `, ${count(failed)} failed` : ""}`;
