import { type ExitCode, exitCodes, Failure } from "./exit-codes.ts";

export interface DescribedError {
  readonly exitCode: ExitCode;
  /** For programs: the service's code where it told one. */
  readonly code: string;
  /** For people: what is wrong, and where it is known what to do. */
  readonly message: string;
  /** What nobody has foreseen: then the stack is worth showing. */
  readonly unexpected: boolean;
}

/**
 * What is said of an error, and how the command ends with it. Errors of the client and of the service are told by their shape:
 * their classes would have to be loaded for that, also where nothing has been asked of a service.
 */
export function describeError(error: unknown): DescribedError {
  if (error instanceof Failure) {
    const { exitCode, code, message } = error;
    return { exitCode, code, message, unexpected: false };
  }
  if (!(error instanceof Error)) {
    return { exitCode: exitCodes.unexpected, code: "unexpected", message: String(error), unexpected: true };
  }
  if ("status" in error && typeof error.status === "number") {
    const code = "code" in error && typeof error.code === "string" ? error.code : `http_${error.status}`;
    return {
      exitCode: exitCodeOf(error.status),
      code,
      message: sentence(error.message) + adviceOn(error.status),
      unexpected: false,
    };
  }
  if (error.name === "ApiConnectionError" || error.name === "ApiTimeoutError") {
    const message = `${error.message} Is the service running? --url or FOVEA_URL says where; \`fovea doctor\` looks for the cause.`;
    return { exitCode: exitCodes.unreachable, code: "unreachable", message, unexpected: false };
  }
  if ("code" in error && typeof error.code === "string" && "syscall" in error) {
    const path = "path" in error && typeof error.path === "string" ? error.path : undefined;
    const message = systemMessages[error.code]?.(path ?? "the file") ?? error.message;
    return { exitCode: exitCodes.unexpected, code: error.code, message, unexpected: false };
  }
  return { exitCode: exitCodes.unexpected, code: "unexpected", message: error.message, unexpected: true };
}

const sentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);

function exitCodeOf(status: number): ExitCode {
  if (status === 401 || status === 403) return exitCodes.access;
  if (status === 404 || status === 410) return exitCodes.notFound;
  if ([400, 402, 409, 413, 415, 422].includes(status)) return exitCodes.usage;
  return exitCodes.unexpected;
}

function adviceOn(status: number): string {
  if (status === 401) {
    return " Set FOVEA_TOKEN or FOVEA_API_KEY, or name a file with --token-file; on your own machine a service in development takes FOVEA_TOKEN=test-token.";
  }
  if (status === 403) return " Where it is for the administrator, set FOVEA_ADMIN_TOKEN.";
  return "";
}

const systemMessages: Readonly<Record<string, (path: string) => string>> = {
  ENOENT: (path) => `There is no file or folder ${path}.`,
  EACCES: (path) => `${path}: permission denied.`,
  EPERM: (path) => `${path}: not permitted.`,
  EISDIR: (path) => `${path} is a folder; name a file.`,
  ENOTDIR: (path) => `${path}: a part of it that should be a folder is a file.`,
  ENAMETOOLONG: (path) => `${path}: the name is longer than the system takes.`,
  ENOSPC: () => "The disk is full. What is whole is kept; make room, and run the command again.",
  EROFS: (path) => `${path} cannot be written: the disk is read-only.`,
};
