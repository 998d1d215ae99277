import { Button } from "@mantine/core";
import { IconMapOff } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { EmptyState } from "../parts/empty-state.tsx";
import { Page } from "../parts/page.tsx";

export function NotFoundPage() {
  return (
    <Page title="Not found">
      <EmptyState
        title="There is no such page"
        icon={<IconMapOff />}
        action={
          <Button component={Link} to="/">
            To the overview
          </Button>
        }
      >
        The address may have a typing error, or what was here has been deleted.
      </EmptyState>
    </Page>
  );
}
