import { execFile, execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { argumentsOf } from "./dockerfile.ts";

const run = promisify(execFile);
const patient = { maxBuffer: 64_000_000 };

export interface Buildah {
  /** Runs buildah with a storage of its own. */
  (...args: readonly string[]): Promise<string>;
  readonly folder: string;
}

/** Images in a folder that can be thrown away whole; nothing is pulled, and nobody else's images are seen. */
export function buildahIn(path: string, folder: string): Buildah {
  const temporary = join(folder, "tmp");
  mkdirSync(temporary);
  const buildah = async (...args: readonly string[]) => {
    const storage = ["--root", join(folder, "storage"), "--runroot", join(folder, "run")];
    const { stdout } = await run(path, [...storage, ...args], {
      ...patient,
      // Caches that a build mounts are kept in the folder for temporary files.
      env: { ...process.env, BUILDAH_ISOLATION: "chroot", TMPDIR: temporary },
    });
    return stdout.trim();
  };
  return Object.assign(buildah, { folder });
}

/**
 * Makes the two images that `deploy/Dockerfile` begins with, of this machine's own parts: Debian by debootstrap, and with
 * it Node.js and npm where the official image has them.
 *
 * @param debootstrap its path; `DEBIAN_ROOT` names a folder that it has made, which saves half a minute
 */
export async function makeBaseImages(buildah: Buildah, debootstrap: string): Promise<void> {
  const { DEBIAN: codename = "", NODE_VERSION: version = "" } = argumentsOf();
  const context = join(buildah.folder, "bases");
  mkdirSync(context);
  const debian = process.env["DEBIAN_ROOT"] ?? join(buildah.folder, "debian");
  if (debian !== process.env["DEBIAN_ROOT"])
    await run(debootstrap, ["--variant=minbase", codename, debian, mirrorOf(codename)], patient);
  await run("tar", ["-C", debian, "-cf", join(context, "debian.tar"), "."], patient);

  const usrLocal = join(context, "node", "usr", "local");
  const npm = join(usrLocal, "lib", "node_modules", "npm");
  mkdirSync(join(usrLocal, "bin"), { recursive: true });
  cpSync(process.execPath, join(usrLocal, "bin", "node"));
  cpSync(npmOfThisMachine(), npm, { recursive: true });
  symlinkSync("../lib/node_modules/npm/bin/npm-cli.js", join(usrLocal, "bin", "npm"));
  await run("tar", ["-C", join(context, "node"), "-cf", join(context, "node.tar"), "."], patient);

  const make = (name: string, content: string) => {
    writeFileSync(join(context, "Dockerfile"), content);
    return buildah("bud", "--pull-never", "--tag", `docker.io/library/${name}`, context);
  };
  await make(`debian:${codename}-slim`, "FROM scratch\nADD debian.tar /\n");
  await make(
    `node:${version}-${codename}-slim`,
    `FROM docker.io/library/debian:${codename}-slim\nADD node.tar /\n`,
  );
}

/** Where this machine has its own packages from. */
function mirrorOf(codename: string): string {
  const sources = execFileSync("/usr/bin/apt-get", [
    "indextargets",
    "--format",
    "$(CODENAME) $(COMPONENT) $(REPO_URI)",
    "Created-By: Packages",
  ]).toString();
  const mirror = new RegExp(`^${codename} main (\\S+)$`, "m").exec(sources)?.[1];
  if (mirror === undefined) throw new Error(`apt has no source of Debian ${codename}`);
  return mirror;
}

const npmOfThisMachine = () => dirname(dirname(realpathSync("/usr/bin/npm")));

/** With those that an administrator of this machine has added. */
const debianCertificates = "/etc/ssl/certs/ca-certificates.crt";

/**
 * What npm is told on this machine, as a file for `--secret`: its settings, and the certificates that Node.js trusts
 * beside its own.
 */
export function npmSettings(marker: string): string {
  const settings = execFileSync("npm", ["config", "list", "--json"], { encoding: "utf8" });
  const { registry }: { registry: string } = JSON.parse(settings);
  const certificates = process.env["NODE_EXTRA_CA_CERTS"] ?? debianCertificates;
  const ca = !existsSync(certificates) ? [] : [`ca=${JSON.stringify(readFileSync(certificates, "utf8"))}`];
  return [`; ${marker}`, `registry=${registry}`, ...ca, ""].join("\n");
}
