import { SimpleGrid, Skeleton, Stack, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconArrowsDiff } from "@tabler/icons-react";
import { useState } from "react";
import { CodeButton } from "../../parts/code-button.tsx";
import { EmptyState } from "../../parts/empty-state.tsx";
import { ErrorNotice } from "../../parts/error-notice.tsx";
import { Page } from "../../parts/page.tsx";
import { useSnippetService } from "../../parts/snippet-service.ts";
import { OptionsForm } from "./options-form.tsx";
import { OriginalCard } from "./original-card.tsx";
import { prepareSnippets } from "./prepare-snippets.ts";
import { ResultCard } from "./result-card.tsx";
import { type Source, sourceOf, useObjectUrl } from "./source.ts";
import { SourcePicker } from "./source-picker.tsx";
import { type Options, usePrepared } from "./use-prepared.ts";
import { useVisionModels, type VisionModel } from "./vision-models.ts";

/** Somebody who types a number is not done with the first digit. */
const settledMs = 400;

export function PreparePage() {
  const catalog = useVisionModels();
  const service = useSnippetService(true);
  const [source, setSource] = useState<Source | null>(null);
  const [chosen, setChosen] = useState<readonly string[] | null>(null);
  const [options, setOptions] = useState<Options>({});
  const ids = chosen ?? catalog.data?.usual ?? [];
  const models = ids.flatMap((id) => catalog.data?.models.find((model) => model.id === id) ?? []);
  const shown = source?.file ?? { name: "photo.jpg", type: "image/jpeg" };
  const snippets = prepareSnippets(
    { fileName: shown.name, mediaType: shown.type || "application/octet-stream", models: ids, options },
    service,
  );
  return (
    <Page
      title="Prepare"
      actions={
        <CodeButton title="The same as code" snippets={snippets} disabled={ids.length === 0}>
          It runs in the folder that has {shown.name}.
        </CodeButton>
      }
    >
      <SourcePicker onFile={(file) => setSource(sourceOf(file))} />
      {catalog.isPending && <Skeleton height={190} />}
      {catalog.error && (
        <ErrorNotice
          error={catalog.error}
          title="The models could not be read"
          onRetry={() => void catalog.refetch()}
        />
      )}
      {catalog.data && (
        <OptionsForm
          models={catalog.data.models}
          chosen={ids}
          onChosen={setChosen}
          options={options}
          onOptions={setOptions}
        />
      )}
      {source ? (
        <Results key={source.id} source={source} models={models} options={options} />
      ) : (
        <EmptyState title="No picture yet" icon={<IconArrowsDiff />}>
          Each model shrinks or refuses pictures by rules of its own. Here you see what it will see, and what
          that costs, before you send it anything. No vendor is asked.
        </EmptyState>
      )}
    </Page>
  );
}

interface ResultsProps {
  readonly source: Source;
  readonly models: readonly VisionModel[];
  readonly options: Options;
}

function Results({ source, models, options }: ResultsProps) {
  const before = useObjectUrl(source.file);
  const [settled] = useDebouncedValue(options, settledMs);
  const results = usePrepared(
    source,
    models.map(({ id }) => id),
    settled,
  );
  return (
    <Stack gap="lg">
      <OriginalCard source={source} url={before} />
      <Stack gap="sm" component="section" aria-label="Results">
        <Title order={2}>For each model</Title>
        {models.length === 0 && (
          <EmptyState title="No model is chosen">
            Choose at least one above, to see what it makes of it.
          </EmptyState>
        )}
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
          {models.map((model, at) => {
            const result = results[at];
            return result && <ResultCard key={model.id} model={model} result={result} before={before} />;
          })}
        </SimpleGrid>
      </Stack>
    </Stack>
  );
}
