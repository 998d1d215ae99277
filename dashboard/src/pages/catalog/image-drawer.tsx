import type { CatalogProduct } from "@fovea/client";
import { Anchor, Drawer, Stack, Table, Text } from "@mantine/core";
import { BeforeAfter } from "../../parts/before-after.tsx";
import { bytes, count, percent } from "../../parts/format.ts";
import { apiUrl } from "../../service/api-url.ts";

export interface ImageDrawerProps {
  readonly id: string;
  /** From 1; null while none is shown. */
  readonly place: { readonly row: number; readonly image: number } | null;
  readonly product: CatalogProduct | null;
  readonly onClose: () => void;
}

const whyTexts: Readonly<Record<string, string>> = {
  not_smaller: "No smaller file was found, so this is the source without its metadata.",
  beyond_format: "It is too large or too detailed for the format that was asked for.",
  cannot_animate: "Its frames could not be kept in that format.",
  too_many_frames: "Its frames have together more pixels than are worked on.",
  target_missed: "This is the smallest file that was found; it is larger than was asked for.",
};

/** One image before and after. */
export function ImageDrawer({ id, place, product, onClose }: ImageDrawerProps) {
  const url = place && product?.input_urls[place.image - 1];
  const output =
    product &&
    (product.outputs[(place?.image ?? 1) - 1] ?? product.outputs.find((each) => each.input_url === url));
  const after = output?.output_url ? ownAddress(output.output_url) : null;
  return (
    <Drawer
      opened={place !== null && output !== null}
      onClose={onClose}
      position="right"
      size="lg"
      title={product?.product_name || "Image"}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {place && product && output && (
        <Stack gap="md">
          {after !== null && (
            <BeforeAfter
              before={apiUrl(`/api/v1/status/${id}/images/${place.row}/${place.image}/before?size=1024`)}
              after={after}
              alt={product.product_name || "The image"}
            />
          )}
          {after === null && (
            <Text size="sm" c="dimmed">
              The smaller image is at an address of another server, which this page does not open.
            </Text>
          )}
          <Facts output={output} />
          <Stack gap={4}>
            <Text size="sm" fw={600}>
              Addresses
            </Text>
            <Anchor size="sm" href={output.input_url} target="_blank" rel="noreferrer noopener">
              Before: <Clamped text={output.input_url} />
            </Anchor>
            {output.output_url && (
              <Anchor size="sm" href={output.output_url} target="_blank" rel="noreferrer noopener">
                After: <Clamped text={output.output_url} />
              </Anchor>
            )}
          </Stack>
        </Stack>
      )}
    </Drawer>
  );
}

const Clamped = ({ text }: { readonly text: string }) => (
  <Text span inherit lineClamp={3}>
    {text}
  </Text>
);

function Facts({ output }: { readonly output: CatalogProduct["outputs"][number] }) {
  const { input_bytes: before = 0, output_bytes: after = 0 } = output;
  const facts = [
    ["Before → after", `${bytes(before)} → ${bytes(after)}`],
    [
      "Saved",
      `${count(output.saved_bytes)} bytes${before > 0 ? `, ${percent((1 - after / before) * 100)}` : ""}`,
    ],
    ["Result", `${(output.format ?? "").toUpperCase()}, ${output.width} × ${output.height} pixels`],
    ["Quality", output.quality == null ? "no detail was given up" : String(output.quality)],
    ["Similarity", output.similarity == null ? "not measured" : output.similarity.toFixed(3)],
  ] as const;
  return (
    <>
      <Table variant="vertical" withTableBorder verticalSpacing={6}>
        <Table.Tbody>
          {facts.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th w={140}>{name}</Table.Th>
              <Table.Td>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {output.why && <Text size="sm">{whyTexts[output.why] ?? output.why}</Text>}
    </>
  );
}

/** Here nothing of other servers is opened: null for what is there. */
function ownAddress(address: string): string | null {
  const url = URL.parse(address, location.href);
  const [, path] = /(\/api\/v1\/images\/processed\/[^/]+)$/.exec(url?.pathname ?? "") ?? [];
  return url && path ? apiUrl(`${path}${url.search}`) : null;
}
