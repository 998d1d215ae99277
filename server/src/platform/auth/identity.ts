/** The application role that makes its bearer an administrator, in Entra ID and in HS256 tokens alike. */
export const ADMIN_ROLE = "Fovea.Admin";

export type Method =
  | "entra"
  | "hs256"
  | "dev"
  | "api_key"
  | "session"
  | "admin_token"
  | "metrics_token"
  | "anonymous";

/** Who sent a request. */
export interface Identity {
  /** Whose things these are: stored with everything that is created. */
  readonly owner: string;
  /** A name for people: shown, never compared. */
  readonly subject: string;
  readonly roles: readonly string[];
  readonly admin: boolean;
  readonly method: Method;
  /** Of a session: what the person signed in with. */
  readonly via?: Exclude<Method, "session" | "anonymous" | "metrics_token">;
  /** What rate limits count by; null means that only the address is known. */
  readonly limitKey: string | null;
}

export const anonymous: Identity = Object.freeze({
  owner: "anonymous",
  subject: "anonymous",
  roles: Object.freeze([]),
  admin: false,
  method: "anonymous",
  limitKey: null,
});

export const identified = (known: {
  method: Exclude<Method, "anonymous">;
  owner: string;
  subject: string;
  roles: readonly string[];
  via?: NonNullable<Identity["via"]>;
}): Identity => ({
  ...known,
  admin: known.roles.includes(ADMIN_ROLE),
  limitKey: `${known.method}:${known.owner}`,
});

export const ADMIN_TOKEN_OWNER = "admin-token";
export const METRICS_TOKEN_OWNER = "metrics-token";
/** The service itself, in the record of who did what. */
export const SERVICE_OWNER = "service";

const ENTRA_OWNER = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}:/i;
const RESERVED = new Set([anonymous.owner, SERVICE_OWNER, ADMIN_TOKEN_OWNER, METRICS_TOKEN_OWNER]);

/**
 * Whether a name belongs to another kind of credential. A backend that shares the signing bytes may put a name its
 * own users choose into `sub`; one called like an Entra owner or an API key's owner would own that one's things.
 */
export const isReservedOwner = (owner: string): boolean =>
  RESERVED.has(owner) || owner.startsWith("key:") || ENTRA_OWNER.test(owner);

/** The `roles` claim of a token: an array of names. Anything else grants nothing. */
export const rolesOf = (claim: unknown): readonly string[] =>
  Array.isArray(claim) ? claim.filter((role) => typeof role === "string") : [];
