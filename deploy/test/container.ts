import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";
import { type RunningProcess, startProcess } from "../../scripts/fixture-process.ts";

/** What an image says of how it is run. */
interface ImageConfig {
  readonly Env: readonly string[];
  readonly User: string;
  readonly WorkingDir: string;
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly Healthcheck: { readonly Test: readonly string[] };
  readonly StopSignal: string;
  readonly Labels: Readonly<Record<string, string>>;
  readonly Volumes: Readonly<Record<string, unknown>>;
}

export interface Image {
  /** Its files. */
  readonly root: string;
  readonly config: ImageConfig;
}

export interface Container {
  readonly process: RunningProcess;
  /** Of process 1, as this machine counts. */
  pid(): number;
  /** Runs a command in it, as `docker exec` does, and fails where that does. */
  exec(...command: readonly string[]): Promise<string>;
}

/**
 * Runs an image as an engine does with `--read-only`, a volume at /data and a tmpfs at /tmp: processes and mounts of its
 * own, the files of the image read-only, and its user. The network is that of this machine.
 */
export function runImage(
  { root, config }: Image,
  volume: string,
  environment: Readonly<Record<string, string>>,
  command: readonly string[] = config.Cmd,
): Container {
  const settings = [...config.Env, ...Object.entries(environment).map(([name, value]) => `${name}=${value}`)];
  const [user = "", group = ""] = config.User.split(":");
  const asUser = ["--setgid", group, "--setuid", user];
  // Its own `env` begins with none of ours: what the image preloads is not in the folders of this machine.
  const started = ["/usr/bin/env", "-i", ...settings];
  const process = startProcess("unshare", [
    ...["--mount", "--pid", "--fork", "--kill-child", "sh", "-ec", mounting, "sh", root, volume],
    ...["unshare", `--root=${root}`, `--wd=${config.WorkingDir}`, ...asUser],
    ...[...started, ...config.Entrypoint, ...command],
  ]);
  const pid = () => firstChild(process.pid);
  // With process 1 all others of it end, and the next container finds the volume free.
  onTestFinished(async () => {
    if (process.child.exitCode === null)
      for (const first of childrenOf(process.pid)) globalThis.process.kill(first, "SIGKILL");
    await process.ended;
  });
  return {
    process,
    pid,
    async exec(...inside) {
      const entering = [
        "--target",
        String(pid()),
        "--mount",
        "--pid",
        "--root",
        `--wd=${root}${config.WorkingDir}`,
      ];
      const { stdout } = await promisify(execFile)("nsenter", [
        ...entering,
        ...asUser,
        ...started,
        ...inside,
      ]);
      return stdout;
    },
  };
}

const mounting = `
  mount --make-rprivate /
  mount --bind "$1" "$1"
  mount -o remount,bind,ro "$1"
  mount --bind "$2" "$1/data"
  mount -t tmpfs -o mode=1777 tmpfs "$1/tmp"
  mount -t proc proc "$1/proc"
  mount --rbind /dev "$1/dev"
  shift 2
  exec "$@"
`;

export function firstChild(pid: number): number {
  const [child] = childrenOf(pid);
  if (child === undefined) throw new Error(`process ${pid} has no child`);
  return child;
}

export const childrenOf = (pid: number): readonly number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);
