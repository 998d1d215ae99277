import type { GetSetupAnswer } from "@fovea/client";
import { Anchor, Button, Menu } from "@mantine/core";
import { IconUser } from "@tabler/icons-react";
import { signInAddress } from "../parts/error-notice.tsx";
import { apiUrl } from "../service/api-url.ts";

/** Who is signed in, with the way out; or the way in. */
export function Caller({ caller }: { readonly caller: GetSetupAnswer["caller"] | undefined }) {
  if (!caller) return null;
  if (!caller.signed_in)
    return (
      <Anchor size="sm" href={signInAddress()}>
        Sign in
      </Anchor>
    );
  const name = caller.name ?? "Signed in";
  return (
    <Menu position="bottom-end" width={180} withinPortal={false} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <Button variant="default" size="sm" leftSection={<IconUser size={16} aria-hidden />} maw={180}>
          {name}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{caller.admin ? "Administrator" : "Signed in"}</Menu.Label>
        <form method="post" action={apiUrl("/sign-out")}>
          {/* A form that is closed away before the browser sends it is not sent. */}
          <Menu.Item component="button" type="submit" closeMenuOnClick={false}>
            Sign out
          </Menu.Item>
        </form>
      </Menu.Dropdown>
    </Menu>
  );
}
