import { ApiError } from "@fovea/client";
import { AppShell, Box, Burger, Group, Loader, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Link, Outlet, useLocation, useRouterState } from "@tanstack/react-router";
import { useEffect } from "react";
import { signInAddress } from "../parts/error-notice.tsx";
import { apiUrl } from "../service/api-url.ts";
import { useSetup } from "../service/use-setup.ts";
import { Caller } from "./caller.tsx";
import { ColorSchemeButton } from "./color-scheme-button.tsx";
import { Navigation } from "./navigation.tsx";
import classes from "./shell.module.css";

/** What is around every page: the ways to the others, and who is here. */
export function Shell() {
  const [opened, { toggle, close }] = useDisclosure(false);
  const { pathname } = useLocation();
  const loading = useRouterState({ select: ({ status }) => status === "pending" });
  const { data: setup, error } = useSetup();

  // biome-ignore lint/correctness/useExhaustiveDependencies: on a phone the menu lies over the page that was chosen
  useEffect(() => close(), [pathname, close]);
  useEffect(() => {
    // A session that ended while the page was open: whoever signs in again is led back here.
    if (error instanceof ApiError && error.status === 401) location.assign(signInAddress());
  }, [error]);

  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 220, breakpoint: "sm", collapsed: { mobile: !opened } }}
      padding={{ base: "sm", sm: "lg" }}
    >
      <a className={classes["skip"]} href="#content">
        To the content
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={opened}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={opened ? "Close the menu" : "Open the menu"}
            />
            <Link to="/" className={classes["brand"]}>
              <img src={apiUrl("/dashboard/favicon.svg")} alt="" width={26} height={26} />
              <Text component="span" fw={700} size="lg">
                Fovea
              </Text>
            </Link>
            {loading && <Loader size="xs" aria-label="Loading the page" />}
          </Group>
          <Group gap="xs" wrap="nowrap">
            <ColorSchemeButton />
            <Caller caller={setup?.caller} />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs">
        <Navigation version={setup?.version} />
      </AppShell.Navbar>
      <AppShell.Main className={classes["main"]}>
        <Box id="content" tabIndex={-1} className={classes["content"]}>
          <Outlet />
        </Box>
      </AppShell.Main>
    </AppShell>
  );
}
