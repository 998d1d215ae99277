import { ApiConnectionError, ApiError } from "@fovea/client";
import { Alert, Anchor, Button, Code, CopyButton, Group, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { apiUrl } from "../service/api-url.ts";
import { basePath } from "../service/base-path.ts";

export interface ErrorNoticeProps {
  readonly error: unknown;
  readonly title?: string | undefined;
  readonly onRetry?: (() => void) | undefined;
}

/** What went wrong, in the service's own sentence; with what helps to find it in the log, and a way on. */
export function ErrorNotice({ error, title = "This did not work", onRetry }: ErrorNoticeProps) {
  const asked = error instanceof ApiError ? error : null;
  const mayNot = asked?.status === 401 || asked?.status === 403;
  return (
    <Alert
      color="red"
      variant="light"
      role="alert"
      icon={<IconAlertTriangle aria-hidden />}
      title={mayNot ? "Sign in to see this" : title}
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{sentenceOf(error)}</Text>
        {asked && (
          <Group gap="xs">
            {asked.code && <Code>{asked.code}</Code>}
            {asked.requestId && <RequestId id={asked.requestId} />}
          </Group>
        )}
        <Group gap="sm">
          {onRetry && (
            <Button size="xs" variant="default" onClick={onRetry}>
              Try again
            </Button>
          )}
          {mayNot && (
            <Anchor size="sm" href={signInAddress()}>
              {asked.status === 403 ? "Sign in as an administrator" : "Sign in"}
            </Anchor>
          )}
        </Group>
      </Stack>
    </Alert>
  );
}

/** Leads back to where one is. */
export const signInAddress = (): string => {
  const here = `${location.pathname}${location.search}`;
  return apiUrl(`/sign-in?next=${encodeURIComponent(here === "" ? `${basePath}/` : here)}`);
};

export function sentenceOf(error: unknown): string {
  if (error instanceof ApiConnectionError)
    return `The service could not be reached: ${error.message} It may be starting again; what it has begun goes on.`;
  if (error instanceof Error) return error.message;
  return String(error);
}

function RequestId({ id }: { readonly id: string }) {
  return (
    <CopyButton value={id}>
      {({ copied, copy }) => (
        <Button size="compact-xs" variant="subtle" color="gray" onClick={copy}>
          {copied ? "Copied" : `Copy request id ${id.slice(0, 8)}…`}
        </Button>
      )}
    </CopyButton>
  );
}
