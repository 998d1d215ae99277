import type { PreviewBatchData } from "@fovea/client";
import { Badge, Code, Group, Stack, Text } from "@mantine/core";
import { counted } from "../../../parts/format.ts";

const encodings = { "utf-8": "UTF-8", "utf-16le": "UTF-16", "utf-16be": "UTF-16" } as const;
const delimiters = { ",": "comma", ";": "semicolon", "\t": "tab", "|": "|" } as const;

/** How the file is read, with what is no more than a guess called one. */
export function PreviewFacts({ preview }: { readonly preview: PreviewBatchData }) {
  const { encoding, delimiter, has_header, columns, rows, partial, total_urls } = preview;
  const width = columns?.length ?? rows[0]?.cells.length ?? 1;
  const facts = [
    partial ? `${counted(total_urls, "row")} looked at` : counted(total_urls, "row"),
    counted(width, "column"),
    has_header ? "with a header" : "without a header",
    ...(width > 1 ? [`separated by ${delimiters[delimiter]}`] : []),
    encodings[encoding],
  ];
  return (
    <Stack gap={6}>
      <Group gap={6} role="list" aria-label="How the file is read">
        {facts.map((fact) => (
          <Badge key={fact} variant="default" tt="none" fw={500} role="listitem">
            {fact}
          </Badge>
        ))}
      </Group>
      <Text size="sm" component="div">
        <UrlColumn preview={preview} />
      </Text>
      {partial && (
        <Text size="sm" c="dimmed">
          The file is large: this is its beginning. All of it is checked as it is uploaded.
        </Text>
      )}
    </Stack>
  );
}

function UrlColumn({ preview: { url_column, url_column_how } }: { readonly preview: PreviewBatchData }) {
  const { name, index } = url_column;
  const column = name === null ? `column ${index + 1}` : <Code>{name}</Code>;
  if (url_column_how === "named") return <>Addresses are read from {column}.</>;
  return (
    <>
      <Badge color="orange" variant="default" tt="none" fw={600} mr={6}>
        A guess
      </Badge>
      Addresses are read from {column}
      {name === null ? ", since the first row has one there." : ", by its name."} If that is wrong, call the
      right column <Code>url</Code> in the file.
    </>
  );
}
