import { Button, Grid, Group, List, Paper, Skeleton, Stack, Table, Text, Title } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { ErrorNotice } from "../../parts/error-notice.tsx";
import { bytes, count } from "../../parts/format.ts";
import { Picture } from "../../parts/picture.tsx";
import type { Source } from "./source.ts";
import { useAnalysis } from "./use-prepared.ts";
import { providerName } from "./vision-models.ts";

interface OriginalCardProps {
  readonly source: Source;
  /** Null until the browser has one. */
  readonly url: string | null;
}

/** The picture as it came, and what the service measures of it. */
export function OriginalCard({ source, url }: OriginalCardProps) {
  const { data, error, isPending, refetch } = useAnalysis(source);
  return (
    <Paper withBorder p="md" component="section" aria-label="Original">
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} lineClamp={1}>
            {source.file.name}
          </Title>
          {url && (
            <Button
              component="a"
              href={url}
              download={source.file.name}
              size="xs"
              variant="default"
              leftSection={<IconDownload size={14} aria-hidden />}
            >
              Save the original
            </Button>
          )}
        </Group>
        <Grid gap="md">
          <Grid.Col span={{ base: 12, xs: 5, md: 4 }}>
            {url ? <Picture src={url} alt="The original" ratio={4 / 3} /> : <Skeleton height={180} />}
          </Grid.Col>
          <Grid.Col span={{ base: 12, xs: 7, md: 8 }}>
            {isPending && <Skeleton height={180} />}
            {error && (
              <ErrorNotice
                error={error}
                title="This picture could not be measured"
                onRetry={() => void refetch()}
              />
            )}
            {data && <Analysis {...data} />}
          </Grid.Col>
        </Grid>
      </Stack>
    </Paper>
  );
}

type AnalysisProps = Pick<
  NonNullable<ReturnType<typeof useAnalysis>["data"]>,
  "analysis" | "recommendations"
>;

function Analysis({ analysis, recommendations }: AnalysisProps) {
  const { dimensions, format, mode, size_bytes, has_transparency, has_animation, frames } = analysis;
  const facts: readonly (readonly [string, string])[] = [
    ["Size", `${count(dimensions.width)} × ${count(dimensions.height)}, ${bytes(size_bytes)}`],
    ["Format", `${format}, ${mode}${has_animation ? `, ${frames} frames` : ""}`],
    ["Transparency", has_transparency ? "Can be transparent" : "None"],
    ["Looks like", likeness(analysis.text_likeness)],
    ["EXIF", analysis.has_exif ? "Yes: may hold a position, which is removed" : "None"],
    ["Suits best", providerName(recommendations.best_provider)],
  ];
  return (
    <Stack gap="xs">
      <Table withRowBorders={false} verticalSpacing={2} horizontalSpacing={6}>
        <Table.Tbody>
          {facts.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" fw={500} w={120}>
                {name}
              </Table.Th>
              <Table.Td>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Palette colours={analysis.palette} />
      {recommendations.processing_notes.length > 0 && (
        <List size="sm">
          {recommendations.processing_notes.map((note) => (
            <List.Item key={note}>{note}</List.Item>
          ))}
        </List>
      )}
    </Stack>
  );
}

function Palette({ colours }: { readonly colours: AnalysisProps["analysis"]["palette"] }) {
  if (colours.length === 0) return null;
  return (
    <Group gap="sm" px={6}>
      {colours.map(({ hex, share }) => (
        <Group key={hex} gap={6} wrap="nowrap">
          <span
            aria-hidden
            style={{
              ...{ width: 14, height: 14, borderRadius: 4, background: hex },
              border: "1px solid var(--mantine-color-default-border)",
            }}
          />
          <Text size="xs" className="numbers">
            {hex} {Math.round(share * 100)} %
          </Text>
        </Group>
      ))}
    </Group>
  );
}

function likeness(text: number): string {
  const share = `${Math.round(text * 100)} % like text`;
  if (text >= 0.6) return `A screenshot or document (${share})`;
  return text <= 0.3 ? `A photo (${share})` : `A mixture (${share})`;
}
