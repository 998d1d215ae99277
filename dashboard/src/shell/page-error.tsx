import type { ErrorComponentProps } from "@tanstack/react-router";
import { ErrorNotice } from "../parts/error-notice.tsx";
import { Page } from "../parts/page.tsx";

/** In place of a page that could not be shown: never a blank one. */
export function PageError({ error, reset }: ErrorComponentProps) {
  return (
    <Page title="This page failed">
      <ErrorNotice error={error} title="The page could not be shown" onRetry={reset} />
    </Page>
  );
}
