import { Stack } from "@mantine/core";
import { useSearch } from "@tanstack/react-router";
import { Page } from "../../parts/page.tsx";
import { CatalogDetails } from "./catalog-details.tsx";
import { CatalogList } from "./catalog-list.tsx";
import { CatalogUpload } from "./catalog-upload.tsx";
import { CatalogWebhook } from "./catalog-webhook.tsx";

/** Catalogs: a new one, those there are, and one of them where the address names it. */
export function CatalogPage() {
  const { request } = useSearch({ from: "/catalog" });
  if (typeof request === "string" && request !== "") return <CatalogDetails key={request} id={request} />;
  return (
    <Page title="Catalog">
      <Stack gap="xl">
        <CatalogUpload />
        <CatalogList />
        <CatalogWebhook />
      </Stack>
    </Page>
  );
}
