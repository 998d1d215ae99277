import { useFovea } from "@fovea/react";
import {
  Autocomplete,
  Button,
  Collapse,
  Group,
  NumberInput,
  Paper,
  Select,
  SimpleGrid,
  Stack,
  Text,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconAdjustmentsHorizontal, IconFileSpreadsheet } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { CodeTabs } from "../../parts/code-tabs.tsx";
import { ErrorNotice } from "../../parts/error-notice.tsx";
import { FileDrop } from "../../parts/file-drop.tsx";
import { bytes } from "../../parts/format.ts";
import { useSnippetService } from "../../parts/snippet-service.ts";
import { type CatalogForm, optionsOf, usualForm } from "./catalog-form.ts";
import { catalogSnippets } from "./catalog-snippets.ts";

const mostBytes = 200 * 2 ** 20;

const formats = [
  { value: "keep", label: "As it is" },
  { value: "auto", label: "Smaller of that and WebP" },
  { value: "webp", label: "WebP" },
  { value: "avif", label: "AVIF" },
];

const efforts = [
  { value: "fast", label: "Fast" },
  { value: "balanced", label: "Balanced" },
  { value: "best", label: "Smallest files, several times as long" },
];

/** A CSV of products in. */
export function CatalogUpload() {
  const fovea = useFovea();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const service = useSnippetService(false);
  const [file, setFile] = useState<File | null>(null);
  const [form, setForm] = useState<CatalogForm>(usualForm);
  const [opened, { toggle }] = useDisclosure(false);
  // However often the button is pressed, or the answer is lost: one file begins one catalog.
  const key = useRef(crypto.randomUUID());
  const renew = () => {
    key.current = crypto.randomUUID();
  };
  const change = (part: Partial<CatalogForm>) => {
    renew();
    setForm((before) => ({ ...before, ...part }));
  };
  const upload = useMutation({
    mutationFn: async (csv: File) =>
      await fovea.catalog.upload(csv, optionsOf(form), { idempotencyKey: key.current }),
    async onSuccess({ request_id }) {
      renew();
      notifications.show({ message: "The catalog is stored, and its images are being made smaller." });
      await queries.invalidateQueries({ queryKey: ["catalogs"] });
      await navigate({ to: "/catalog", search: { request: request_id } });
    },
  });
  const choose = (files: readonly File[]) => {
    renew();
    upload.reset();
    setFile(files[0] ?? null);
  };
  return (
    <Paper withBorder p="md" component="section" aria-label="New catalog">
      <Stack gap="md">
        <FileDrop
          label="Drop a CSV of products here, or choose one"
          hint="One product per row, with a name and one or more image addresses. CSV, plain or gzip, up to 200 MB."
          accept={[".csv", ".csv.gz", ".gz", "text/csv"]}
          maxBytes={mostBytes}
          onFiles={choose}
        />
        {file && (
          <Group gap="xs" wrap="nowrap" role="status">
            <IconFileSpreadsheet size={20} aria-hidden />
            <Text size="sm" lineClamp={2}>
              {file.name} · {bytes(file.size)}
            </Text>
          </Group>
        )}
        <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} spacing="sm">
          <Autocomplete
            label="Quality, 1 to 100 or auto"
            data={["auto", "30", "50", "70", "85"]}
            filter={({ options }) => options}
            maxLength={4}
            value={form.quality}
            onChange={(quality) => change({ quality })}
          />
          <Select
            label="Format"
            data={formats}
            value={form.format}
            onChange={(format) => change({ format: format ?? usualForm.format })}
            allowDeselect={false}
          />
          <NumberInput
            label="Longest side, pixels"
            placeholder="As it is"
            min={1}
            max={65_535}
            allowDecimal={false}
            value={form.maxDimension}
            onChange={(value) => change({ maxDimension: String(value) })}
          />
          <NumberInput
            label="Each at most, KB"
            placeholder="No limit"
            min={2}
            max={102_400}
            allowDecimal={false}
            value={form.targetKilobytes}
            onChange={(value) => change({ targetKilobytes: String(value) })}
          />
        </SimpleGrid>
        <Text size="sm" c="dimmed">
          With “auto”, each image gets the lowest quality at which it still looks like its source.
        </Text>
        <Collapse expanded={opened}>
          <Stack gap="md">
            <Select
              label="Effort"
              data={efforts}
              value={form.effort}
              onChange={(effort) => change({ effort: effort ?? usualForm.effort })}
              allowDeselect={false}
              maw={360}
            />
            <div>
              <Text size="sm" fw={500} mb={4}>
                The same as a program
              </Text>
              <CodeTabs snippets={catalogSnippets(file?.name ?? "products.csv", optionsOf(form), service)} />
            </div>
          </Stack>
        </Collapse>
        {upload.error && <ErrorNotice error={upload.error} title="The catalog was not taken" />}
        <Group gap="sm">
          <Button
            disabled={file === null}
            loading={upload.isPending}
            onClick={() => file && upload.mutate(file)}
          >
            Make images smaller
          </Button>
          <Button
            variant="subtle"
            onClick={toggle}
            aria-expanded={opened}
            leftSection={<IconAdjustmentsHorizontal size={16} aria-hidden />}
          >
            {opened ? "Less" : "More"}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}
