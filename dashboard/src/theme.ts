import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

const brand: MantineColorsTuple = [
  ...(["#effafc", "#def3f7", "#b9e5ee", "#90d6e4", "#6dc9dc"] as const),
  ...(["#57c1d7", "#2ba3bb", "#17879d", "#0e6f83", "#084c5b"] as const),
];

export const theme = createTheme({
  colors: { brand },
  primaryColor: "brand",
  // White text has a contrast of 5.7 to 1 on it.
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, Consolas, monospace",
  defaultRadius: "md",
  headings: { fontWeight: "650", sizes: { h1: { fontSize: "1.5rem" }, h2: { fontSize: "1.125rem" } } },
  respectReducedMotion: true,
  cursorType: "pointer",
  components: {
    // A dialog's <header> is no banner of the page.
    Modal: { defaultProps: { attributes: { header: { role: "none" } } } },
    Drawer: { defaultProps: { attributes: { header: { role: "none" } } } },
    Notification: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
    // Orange and yellow on their own light shade have a contrast of less than 4 to 1; the icon keeps the colour.
    Alert: { styles: { title: { color: "var(--mantine-color-text)" } } },
  },
});

/** Mantine's grey for lesser text has a contrast of 3.3 to 1 on white; what is worth saying is worth reading. */
export const cssVariables: CSSVariablesResolver = (given) => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": given.colors.gray[7],
    "--mantine-color-placeholder": given.colors.gray[7],
    "--mantine-color-error": given.colors.red[9],
  },
  dark: {
    "--mantine-color-dimmed": given.colors.dark[1],
    "--mantine-color-placeholder": given.colors.dark[2],
  },
});
