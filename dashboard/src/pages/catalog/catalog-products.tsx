import type { CatalogProduct } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { Button, Group, Pagination, Paper, Skeleton, Stack, Table, Text, Title } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { ErrorNotice } from "../../parts/error-notice.tsx";
import { bytes, counted, percent } from "../../parts/format.ts";
import { StatusBadge } from "../../parts/status-badge.tsx";
import { ImageDrawer } from "./image-drawer.tsx";

const perPage = 50;
const everyMs = 3_000;

/** Products in the order of the file, a line for each image. */
export function CatalogProducts({ id, isSettled }: { readonly id: string; readonly isSettled: boolean }) {
  const fovea = useFovea();
  const navigate = useNavigate();
  const search = useSearch({ from: "/catalog" });
  const page = positive(search["page"]) ?? 1;
  const shown = placeOf(search["image"]);
  const go = (to: Readonly<Record<string, unknown>>) =>
    void navigate({ to: "/catalog", search: { request: id, ...to }, resetScroll: false });
  const query = useQuery({
    queryKey: ["catalog-products", id, page],
    queryFn: ({ signal }) => fovea.catalog.status(id, { page, per_page: perPage }, { signal }),
    refetchInterval: isSettled ? false : everyMs,
    placeholderData: keepPreviousData,
  });
  const products = query.data?.products ?? [];
  const pages = query.data?.total_pages ?? 1;
  const first = (page - 1) * perPage;
  const opened = shown && products[shown.row - 1 - first];
  return (
    <Stack component="section" gap="sm" aria-label="Products">
      <Title order={2}>Products</Title>
      {query.isPending && <Skeleton height={240} />}
      {query.error && <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />}
      {products.length > 0 && (
        <Paper withBorder>
          <Table.ScrollContainer minWidth={860} type="native">
            <Table verticalSpacing="xs" layout="fixed">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th w={70}>No.</Table.Th>
                  <Table.Th w={180}>Product</Table.Th>
                  <Table.Th>Image</Table.Th>
                  <Table.Th ta="right" w={180}>
                    Before → after
                  </Table.Th>
                  <Table.Th w={200}>State</Table.Th>
                  <Table.Th w={110}>Compare</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {products.map((product, place) => (
                  <ProductRows
                    // biome-ignore lint/suspicious/noArrayIndexKey: a product is known by its place in the file
                    key={first + place}
                    product={product}
                    onOpen={(image) => go({ page, image: `${first + place + 1}-${image}` })}
                  />
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </Paper>
      )}
      {pages > 1 && (
        <Group justify="space-between">
          <Text size="sm" c="dimmed">
            {counted(query.data?.progress.total ?? 0, "product")}, {perPage} a page
          </Text>
          <Pagination
            total={pages}
            value={page}
            onChange={(next) => go({ page: next })}
            size="sm"
            siblings={1}
            getControlProps={(control) => ({ "aria-label": `${control} page` })}
            getItemProps={(each) => ({ "aria-label": `Page ${each}` })}
          />
        </Group>
      )}
      <ImageDrawer
        id={id}
        place={opened ? shown : null}
        product={opened ?? null}
        onClose={() => go({ page })}
      />
    </Stack>
  );
}

function ProductRows(props: { readonly product: CatalogProduct; readonly onOpen: (image: number) => void }) {
  const { product, onOpen } = props;
  const { input_urls: urls, outputs } = product;
  const lines = urls.length === 0 ? [null] : urls;
  return lines.map((url, place) => {
    // Those that have not ended are not among the outputs, which are in the order of the input.
    const output =
      outputs.length === urls.length ? outputs[place] : outputs.find((each) => each.input_url === url);
    const state =
      output === undefined ? product.processing_status : output.error === null ? "completed" : "failed";
    const problem = url === null ? product.errors[0]?.error : output?.error;
    const { input_bytes: before, output_bytes: after } = output ?? {};
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: an image is known by its place in its cell
      <Table.Tr key={place}>
        <Table.Td>{place === 0 ? product.serial_number : ""}</Table.Td>
        <Table.Td maw={200}>
          <Text size="sm" lineClamp={2}>
            {place === 0 ? product.product_name || "(no name)" : ""}
          </Text>
        </Table.Td>
        <Table.Td maw={280}>
          <Text size="sm" lineClamp={2} {...(url === null ? { c: "dimmed" } : {})}>
            {url === null ? "no address" : url}
          </Text>
        </Table.Td>
        <Table.Td ta="right">
          {before !== undefined && after !== undefined ? (
            <>
              <Text size="sm">
                {bytes(before)} → {bytes(after)}
              </Text>
              <Text size="xs" c="dimmed">
                {before === 0 ? "" : `−${percent((1 - after / before) * 100)}`}
              </Text>
            </>
          ) : (
            <Text size="sm" c="dimmed">
              –
            </Text>
          )}
        </Table.Td>
        <Table.Td>
          <StatusBadge status={state} />
          {problem && (
            <Text size="xs" c="dimmed" maw={200} lineClamp={3}>
              {problem}
            </Text>
          )}
        </Table.Td>
        <Table.Td>
          {output?.output_url && (
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => onOpen(place + 1)}
              aria-label={`Compare image ${place + 1} of ${product.product_name || `product ${product.serial_number}`}`}
            >
              Compare
            </Button>
          )}
        </Table.Td>
      </Table.Tr>
    );
  });
}

const positive = (value: unknown): number | null => {
  const number = Number(value);
  return Number.isSafeInteger(number) && number > 0 ? number : null;
};

/** `12-1` is the first image of the twelfth product of the file. */
function placeOf(value: unknown): { readonly row: number; readonly image: number } | null {
  const [, row, image] = /^(\d{1,9})-(\d{1,3})$/.exec(String(value ?? "")) ?? [];
  return row === undefined || image === undefined ? null : { row: Number(row), image: Number(image) };
}
