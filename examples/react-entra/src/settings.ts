export interface Settings {
  /** Where Fovea is. */
  readonly foveaUrl: string;
  /** The application that stands for Fovea: its AZURE_CLIENT_ID. */
  readonly foveaClientId: string;
  /** The application that stands for this page. */
  readonly clientId: string;
  /** `https://login.microsoftonline.com/<tenant id>` */
  readonly authority: string;
}

/** What the page was built with, see README.md. */
export function readSettings(environment: ImportMetaEnv): Settings {
  const read = (name: string) => {
    const value: unknown = environment[name];
    if (typeof value !== "string" || value === "") throw new Error(`Build the page with ${name}.`);
    return value;
  };
  return {
    foveaUrl: read("VITE_FOVEA_URL"),
    foveaClientId: read("VITE_FOVEA_CLIENT_ID"),
    clientId: read("VITE_CLIENT_ID"),
    authority: read("VITE_AUTHORITY"),
  };
}
