import { Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { bytes, count, duration, money } from "../../parts/format.ts";
import { byteChange } from "./steps-taken.ts";
import type { Prepared } from "./use-prepared.ts";
import type { VisionModel } from "./vision-models.ts";

interface ResultFactsProps {
  readonly prepared: Prepared;
  readonly model: VisionModel;
}

/** What the picture is now, and what the model makes of it. */
export function ResultFacts({ prepared, model }: ResultFactsProps) {
  const { image, validation, tookMs } = prepared;
  const before = validation.metadata?.estimated_tokens ?? null;
  const isDocumented = validation.metadata?.model_view.size_documented ?? true;
  const facts: readonly (readonly [string, ReactNode, ReactNode?])[] = [
    ["Model sees", size(image.model_width, image.model_height), isDocumented ? null : "of no published size"],
    ["Tokens", tokensOf(image.estimated_tokens), tokenNote(image.estimated_tokens, before, model)],
    ["Size", `${size(image.original_width, image.original_height)} → ${size(image.width, image.height)}`],
    ["Bytes", `${bytes(image.original_size)} → ${bytes(image.size)}`, byteChange(image)],
    [
      "Format",
      image.original_format === image.format ? image.format : `${image.original_format} → ${image.format}`,
      image.quality === null ? null : `quality ${image.quality}`,
    ],
    [
      "Scale back",
      `× ${scale(image.scale_x)}${image.scale_x === image.scale_y ? "" : `, ${scale(image.scale_y)}`}`,
    ],
    [
      "Time",
      image.processing_time_ms === null
        ? "–"
        : `${duration(image.processing_time_ms / 1_000)} in the service`,
      `${duration(tookMs / 1_000)} with the way there and back`,
    ],
  ];
  return (
    <Table withRowBorders={false} verticalSpacing={3} horizontalSpacing={4}>
      <Table.Tbody>
        {facts.map(([name, value, note]) => (
          <Table.Tr key={name}>
            <Table.Th scope="row" fw={500} w={112} style={{ verticalAlign: "top" }}>
              {name}
            </Table.Th>
            <Table.Td>
              {value}
              {note && (
                <Text size="xs" c="dimmed">
                  {note}
                </Text>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

const size = (width: number, height: number) => `${count(width)} × ${count(height)}`;

const scale = (factor: number) => factor.toFixed(4).replace(/\.?0+$/, "");

const tokensOf = (tokens: number | null) =>
  tokens === null ? "No rule is published" : `about ${count(tokens)}`;

function tokenNote(tokens: number | null, before: number | null, { inputPrice }: VisionModel): string | null {
  if (tokens === null) return null;
  const cost = inputPrice === null ? [] : [`${money((tokens * inputPrice) / 1e6)} of input`];
  const saved = before === null || before === tokens ? [] : [`${count(before)} as it came`];
  return ["an estimate", ...saved, ...cost].join(", ");
}
