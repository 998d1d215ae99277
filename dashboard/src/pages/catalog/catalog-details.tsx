import type { GetCatalogAnswer } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { Anchor, Button, Group, Paper, Progress, Skeleton, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconArrowLeft, IconBan, IconDownload } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { ErrorNotice } from "../../parts/error-notice.tsx";
import { count, counted, dateTime, timeAgo } from "../../parts/format.ts";
import { LiveBadge } from "../../parts/live-badge.tsx";
import { Page } from "../../parts/page.tsx";
import { StatusBadge } from "../../parts/status-badge.tsx";
import { apiUrl } from "../../service/api-url.ts";
import { CatalogFailures } from "./catalog-failures.tsx";
import { CatalogProducts } from "./catalog-products.tsx";
import { Savings } from "./savings.tsx";
import { useCatalog } from "./use-catalog.ts";

/** One catalog: how it goes on, what it saves, and each of its images. */
export function CatalogDetails({ id }: { readonly id: string }) {
  const { catalog, error, isOver, isSettled, live, refresh } = useCatalog(id);
  const name = catalog?.file_name ?? "Catalog";
  return (
    <Page
      title={name}
      documentTitle={catalog && !isOver ? `${progressText(catalog)} · ${name}` : name}
      actions={catalog && <Actions catalog={catalog} isOver={isOver} onChanged={refresh} />}
    >
      <Anchor component={Link} to="/catalog" size="sm">
        <Group gap={4} component="span">
          <IconArrowLeft size={14} aria-hidden /> All catalogs
        </Group>
      </Anchor>
      {error !== null && error !== undefined && !catalog && (
        <ErrorNotice error={error} title="This catalog cannot be shown" onRetry={() => void refresh()} />
      )}
      {!catalog && !error && <Skeleton height={200} />}
      {catalog && (
        <Stack gap="lg">
          <ProgressCard catalog={catalog} isOver={isOver} live={live} />
          <Savings catalog={catalog} />
          <CatalogFailures failures={catalog.failures} />
          <CatalogProducts id={id} isSettled={isSettled} />
        </Stack>
      )}
    </Page>
  );
}

const endedOf = ({ products }: GetCatalogAnswer) => products.done + products.failed;
const progressText = (catalog: GetCatalogAnswer) =>
  `${count(endedOf(catalog))}/${count(catalog.products.total)}`;

function ProgressCard(props: {
  readonly catalog: GetCatalogAnswer;
  readonly isOver: boolean;
  readonly live: boolean | undefined;
}) {
  const { catalog, isOver, live } = props;
  const { products, options, created_at, completed_at } = catalog;
  const share = products.total === 0 ? 100 : (endedOf(catalog) / products.total) * 100;
  return (
    <Paper withBorder p="md">
      <Stack gap="xs">
        <Group gap="xs">
          <StatusBadge status={catalog.state} />
          {!isOver && <LiveBadge live={live} />}
          <Text size="sm" c="dimmed" title={dateTime(created_at)}>
            uploaded {timeAgo(created_at)}
            {completed_at !== null && `, ended ${timeAgo(completed_at)}`}
          </Text>
        </Group>
        <Progress value={share} aria-label="Products that have ended" transitionDuration={0} />
        <Text size="sm" className="numbers">
          {count(endedOf(catalog))} of {counted(products.total, "product")}: {count(products.done)} made,{" "}
          {count(products.failed)} failed, {count(products.remaining)} to come.
          {!isOver && " You can leave this page; the work goes on."}
        </Text>
        <Text size="xs" c="dimmed">
          {optionsText(options)}
        </Text>
      </Stack>
    </Paper>
  );
}

function optionsText({ quality, format, max_dimension, target_bytes, effort }: GetCatalogAnswer["options"]) {
  return [
    `quality ${quality}`,
    `format ${format}`,
    ...(max_dimension === null ? [] : [`at most ${count(max_dimension)} pixels`]),
    ...(target_bytes === null ? [] : [`at most ${count(target_bytes)} bytes each`]),
    `effort ${effort}`,
  ].join(" · ");
}

function Actions(props: {
  readonly catalog: GetCatalogAnswer;
  readonly isOver: boolean;
  readonly onChanged: () => Promise<void>;
}) {
  const { catalog, isOver, onChanged } = props;
  const { request_id: id, products } = catalog;
  const fovea = useFovea();
  const [asked, { open, close }] = useDisclosure(false);
  return (
    <>
      {!isOver && (
        <Button variant="default" leftSection={<IconBan size={16} aria-hidden />} onClick={open}>
          Cancel
        </Button>
      )}
      <Button
        component="a"
        href={apiUrl(`/api/v1/status/${id}/csv`)}
        download
        leftSection={<IconDownload size={16} aria-hidden />}
      >
        CSV of {counted(products.total, "product")}
      </Button>
      <ConfirmDialog
        opened={asked}
        title="Cancel this catalog?"
        confirmLabel={`Leave out ${counted(products.remaining, "product")}`}
        danger
        onConfirm={async () => {
          await fovea.catalog.cancel(id);
          notifications.show({ message: "The catalog is cancelled. What was made stays." });
          await onChanged();
        }}
        onClose={close}
      >
        No further product is begun. {counted(products.done, "product")} that{" "}
        {products.done === 1 ? "is" : "are"} made stay, with their addresses. Upload the file again to go on:
        what was made is not made twice.
      </ConfirmDialog>
    </>
  );
}
