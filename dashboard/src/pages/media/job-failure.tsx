import type { MediaJob } from "@fovea/client";
import { Alert, Code, List, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconInfoCircle } from "@tabler/icons-react";
import { counted } from "../../parts/format.ts";

/** Why jobs fail, and what helps. */
const advice: Readonly<Record<string, string>> = {
  refused: "The policy of its provider. Ask in other words, or ask another model.",
  request_rejected:
    "The model does not take the prompt or a parameter. Change what is named above, and make it again.",
  model_unusable:
    "Its provider has no such model, refuses the key, or is not configured any more. Choose another model, or have the key mended.",
  invalid_output:
    "The model answered without a picture, as models do now and then. Make it again, or ask another model.",
  model_unavailable: "An outage of the provider, or of the network to it. Make it again later.",
  picture_lost: "It was made, and may have been billed, and could not be fetched. Make it again.",
  internal_error: "A fault of this service; its log says which. Make it again.",
};

/** What did not go as it was asked for. */
export function JobProblems({ job }: { readonly job: MediaJob }) {
  const { possibly_paid_twice: lost = 0, error_code: code } = job;
  // Of one that failed all is missing, and the reason said why.
  const warnings = (job.warnings ?? []).filter(({ code }) => job.status !== "failed" || code !== "missing");
  if (job.status !== "failed" && warnings.length === 0 && lost === 0) return null;
  return (
    <Stack gap="xs">
      {job.status === "failed" && (
        <Alert color="red" icon={<IconAlertTriangle aria-hidden />} title="This picture could not be made">
          <Stack gap={6} align="flex-start">
            <Text size="sm">{job.error_message ?? "No reason was given."}</Text>
            {code && <Text size="sm">{advice[code]}</Text>}
            {code && <Code>{code}</Code>}
            {job.retry_count > 0 && (
              <Text size="sm">It was tried again {counted(job.retry_count, "time")}.</Text>
            )}
          </Stack>
        </Alert>
      )}
      {warnings.length > 0 && (
        <Alert color="yellow" icon={<IconInfoCircle aria-hidden />} title="Not quite as asked for">
          <List size="sm">
            {warnings.map(({ parameter, message }) => (
              <List.Item key={`${parameter} ${message}`}>{message}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      {lost > 0 && (
        <Alert color="orange" icon={<IconAlertTriangle aria-hidden />} title="Possibly paid for nothing">
          <Text size="sm">
            {counted(lost, "start")} of the model may have been billed and brought no picture. The provider’s
            bill decides.
          </Text>
        </Alert>
      )}
    </Stack>
  );
}
