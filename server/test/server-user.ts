import { execFileSync } from "node:child_process";

/** PostgreSQL and PgBouncer refuse to run as root; their packages bring a user. Undefined where nobody is root. */
export function serverUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}
