import {
  Alert,
  Badge,
  Button,
  Group,
  List,
  Paper,
  SimpleGrid,
  Skeleton,
  Stack,
  Text,
  Title,
  UnstyledButton,
  VisuallyHidden,
} from "@mantine/core";
import { IconCheck, IconDownload, IconInfoCircle, IconX } from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorNotice } from "../../parts/error-notice.tsx";
import { Picture } from "../../parts/picture.tsx";
import { CompareDialog } from "./compare-dialog.tsx";
import { ResultFacts } from "./result-facts.tsx";
import { useObjectUrl } from "./source.ts";
import { stepsTaken } from "./steps-taken.ts";
import type { Prepared } from "./use-prepared.ts";
import { providerName, type VisionModel } from "./vision-models.ts";

interface ResultCardProps {
  readonly model: VisionModel;
  readonly result: UseQueryResult<Prepared>;
  readonly before: string | null;
}

/** The picture for one model. */
export function ResultCard({ model, result, before }: ResultCardProps) {
  const { data, error, isPending, refetch } = result;
  return (
    <Paper withBorder p="md" component="article" aria-label={model.label} aria-busy={isPending}>
      <Stack gap="sm">
        <div>
          <Title order={3} size="h4">
            {model.label}
          </Title>
          <Text size="sm" c="dimmed">
            {providerName(model.provider)}, {model.id}
          </Text>
        </div>
        {model.warning && (
          <Text size="sm" c="dimmed">
            {model.warning}
          </Text>
        )}
        {isPending && <Skeleton height={320} />}
        {error && (
          <ErrorNotice
            error={error}
            title={`Not prepared for ${model.label}`}
            onRetry={() => void refetch()}
          />
        )}
        {data && <ResultBody prepared={data} model={model} before={before} />}
      </Stack>
    </Paper>
  );
}

interface ResultBodyProps extends Pick<ResultCardProps, "model" | "before"> {
  readonly prepared: Prepared;
}

function ResultBody({ prepared, model, before }: ResultBodyProps) {
  const { image, blob } = prepared;
  const after = useObjectUrl(blob);
  const [comparing, setComparing] = useState(false);
  const ratio = image.width / image.height;
  return (
    <>
      <Verdict prepared={prepared} />
      <UnstyledButton onClick={() => setComparing(true)} aria-haspopup="dialog" disabled={!before || !after}>
        <SimpleGrid cols={2} spacing="xs">
          {[["Before", before] as const, ["After", after] as const].map(([word, url]) => (
            <Stack key={word} gap={4}>
              {url ? <Picture src={url} alt="" ratio={ratio} /> : <Skeleton style={{ aspectRatio: ratio }} />}
              <Text size="xs" c="dimmed">
                {word}
              </Text>
            </Stack>
          ))}
        </SimpleGrid>
        <VisuallyHidden>: compare for {model.label}</VisuallyHidden>
      </UnstyledButton>
      <ResultFacts prepared={prepared} model={model} />
      {image.warnings && (
        <Alert color="yellow" p="xs" icon={<IconInfoCircle aria-hidden />}>
          {image.warnings}
        </Alert>
      )}
      <div>
        <Text size="sm" fw={500}>
          What was done
        </Text>
        <List size="sm">
          {stepsTaken(image).map((step) => (
            <List.Item key={step}>{step}</List.Item>
          ))}
        </List>
      </div>
      {after && (
        <Button
          component="a"
          href={after}
          download={`prepared-${model.id}.${image.format.toLowerCase()}`}
          variant="default"
          size="xs"
          leftSection={<IconDownload size={14} aria-hidden />}
        >
          Download {image.format}
        </Button>
      )}
      {before && after && (
        <CompareDialog
          opened={comparing}
          onClose={() => setComparing(false)}
          title={model.label}
          before={before}
          after={after}
        />
      )}
    </>
  );
}

/** Whether the original would have done. */
function Verdict({ prepared: { validation, image } }: Pick<ResultBodyProps, "prepared">) {
  const Icon = validation.valid ? IconCheck : IconX;
  const color = validation.valid ? "teal" : "red";
  return (
    <Stack gap={4}>
      <Group gap="xs">
        <Badge
          variant="default"
          tt="none"
          fw={600}
          leftSection={<Icon size={12} aria-hidden style={{ color: `var(--mantine-color-${color}-text)` }} />}
        >
          {validation.valid ? "Takes the original" : "Refuses the original"}
        </Badge>
        {image.passed_through && (
          <Badge variant="default" tt="none" fw={600}>
            Fits as it is
          </Badge>
        )}
      </Group>
      {validation.error_message && (
        <Text size="xs" c="dimmed">
          {validation.error_message}
        </Text>
      )}
    </Stack>
  );
}
