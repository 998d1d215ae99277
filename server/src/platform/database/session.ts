import { sessionSettings } from "./values.ts";

type Settings = Readonly<Record<string, string>>;

/**
 * Backstops on the server's side: a statement that hangs, or a process that was frozen in a transaction, gives its
 * locks back.
 */
const timeouts = { statement_timeout: "60s", idle_in_transaction_session_timeout: "120s" };

const set = (settings: Settings) =>
  Object.entries(settings)
    .map(([name, value]) => `set ${name} = '${value}'`)
    .join("; ");

/** What a session of the embedded engine begins with. */
export const setSession = set(sessionSettings);
/** What a connection to a server begins with. */
export const setServerSession = set({ ...sessionSettings, ...timeouts });

/**
 * A pooler in transaction mode gives each transaction another session, so what is set in one is not there in the next:
 * then the role brings its settings along.
 */
export const settingsOfRole: Settings = {
  ...Object.fromEntries(
    // Each client says its own, and the pooler keeps it.
    Object.entries(sessionSettings).filter(([name]) => name !== "client_encoding"),
  ),
  ...timeouts,
};

/** For whoever sets the role up: `alter role … set …` for each of these settings. */
export const alterRole = (role: string, names: readonly string[]): string =>
  names.map((name) => `alter role ${role} set ${name} = '${settingsOfRole[name]}';`).join("\n");
