import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { describe, test } from "vitest";
import { ensureInstalled } from "../../scripts/install.mjs";
import { Refusal } from "../../scripts/refusal.mjs";

declare module "vitest" {
  interface TaskMeta {
    /** Read from the report by the closing line of `npm test`. */
    notRun?: { what: string; why: string };
  }
}

/** What some tests need and `npm ci` does not bring, by its Debian package. */
export type Need =
  | "buildah"
  | "chromium"
  | "curl"
  | "debootstrap"
  | "golang-go"
  | "mypy"
  | "nginx"
  | "openssl"
  | "pgbouncer"
  | "postgresql"
  | "prometheus"
  | "python3"
  | "python3-httpx"
  | "python3-openpyxl"
  | "python3-pytest"
  | "python3-requests"
  | "redis-server";

interface Program {
  /** Where it is if not in its usual place, as on macOS. */
  readonly variable: string;
  readonly name: string;
  readonly works: (path: string) => boolean;
  /** Where the package keeps it if not in /usr/bin; the first one that has it counts. */
  readonly folders?: () => readonly string[];
}

/** Debian keeps each major version in a folder of its own, and none of its servers in PATH. */
const postgresqlRoot = "/usr/lib/postgresql";
const postgresqlFolders = () =>
  existsSync(postgresqlRoot)
    ? readdirSync(postgresqlRoot)
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => join(postgresqlRoot, version, "bin"))
    : [];

const pythonWith = (module: string): Program => ({
  variable: "PYTHON",
  name: "python3",
  works: (path) => spawnSync(path, ["-c", `import ${module}`]).status === 0,
});

const plain = (variable: string, name: string, folders?: readonly string[]): Program => ({
  variable,
  name,
  works: existsSync,
  ...(folders && { folders: () => folders }),
});

/** Where Debian puts what only an administrator is thought to run. */
const sbin = ["/usr/sbin"];

const programs: Readonly<Record<Need, Program>> = {
  buildah: plain("BUILDAH", "buildah"),
  chromium: plain("CHROMIUM", "chromium"),
  curl: plain("CURL", "curl"),
  debootstrap: plain("DEBOOTSTRAP", "debootstrap", sbin),
  "golang-go": plain("GO", "go"),
  mypy: plain("MYPY", "mypy"),
  nginx: plain("NGINX", "nginx", sbin),
  openssl: plain("OPENSSL", "openssl"),
  pgbouncer: plain("PGBOUNCER", "pgbouncer", sbin),
  postgresql: {
    variable: "INITDB",
    name: "initdb",
    works: (path) => existsSync(join(dirname(realpathSync(path)), "postgres")),
    folders: postgresqlFolders,
  },
  python3: pythonWith("pty"),
  "python3-httpx": pythonWith("httpx"),
  "python3-openpyxl": pythonWith("openpyxl"),
  // What it tests is made of httpx.
  "python3-pytest": pythonWith("pytest, httpx"),
  "python3-requests": pythonWith("requests"),
  prometheus: plain("PROMETHEUS", "prometheus"),
  "redis-server": plain("REDIS_SERVER", "redis-server"),
};

/**
 * A `describe` for tests that need an installed program. Without it they are skipped, and the closing line of
 * `npm test` names them; with `CI=true` that is a failure, so that nothing is left out unnoticed.
 *
 * @param what names the tests for people: "the docs page in a browser"
 * @param tests is called also if the tests are then skipped, to count them: use the path inside them only
 */
export function describeWith(need: Need, what: string, tests: (program: { path: string }) => void): void {
  const path = findProgram(need, process.env);
  if (path !== undefined) {
    describe(what, () => tests({ path }));
    return;
  }
  leaveOut(what, `${need} is not installed`, () => tests({ path: need }), {
    remedy: `If it is somewhere else, ${programs[need].variable} names its path.`,
  });
}

/**
 * As `describeWith`, for packages that are no part of the lockfile: they are installed on first use, into the folder of
 * their own lockfile.
 */
export async function describeInstalled(root: string, what: string, tests: () => void): Promise<void> {
  try {
    await ensureInstalled({ root, announce: () => {} });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    leaveOut(what, "npm could not install it", tests, { remedy: error.message });
    return;
  }
  describe(what, tests);
}

function leaveOut(what: string, why: string, tests: () => void, { remedy }: { remedy: string }): void {
  if (process.env["CI"] !== "true") skipNamed(what, why, tests);
  else
    test(what, () => {
      throw new Error(`${why}, and with CI=true nothing is left out. ${remedy}`);
    });
}

/**
 * A `describe` for tests of something that nobody can install, such as a document that is not part of this
 * repository. Without it they are skipped and named, in CI too.
 *
 * @param found undefined where it is missing; `tests` is then called without it, to count them
 */
export function describeIfFound<Found>(
  found: Found | undefined,
  what: string,
  why: string,
  tests: (found: Found | undefined) => void,
): void {
  if (found === undefined) skipNamed(what, why, () => tests(undefined));
  else describe(what, () => tests(found));
}

/** A `describe` for tests that take long: skipped and named, but in `npm run soak`. */
export function leaveToSoak(what: string, tests: () => void): void {
  if (process.env["SOAK"] === "1") describe(what, tests);
  else skipNamed(what, "npm run soak has it", tests);
}

const skipNamed = (what: string, why: string, tests: () => void) =>
  describe.skip(what, { meta: { notRun: { what, why } } }, tests);

/** Debian's own place comes first: a Python from elsewhere in PATH does not have Debian's packages. */
export function findProgram(need: Need, environment: NodeJS.ProcessEnv): string | undefined {
  const { variable, name, works, folders: own = () => [] } = programs[need];
  const named = environment[variable];
  if (named) return existsSync(named) && works(named) ? named : undefined;
  const folders = [...own(), "/usr/bin", ...(environment["PATH"] ?? "").split(delimiter)];
  return folders
    .map((folder) => join(folder, name))
    .filter(existsSync)
    .find(works);
}
