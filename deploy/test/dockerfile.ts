import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DockerfileParser } from "dockerfile-ast";

export const root = join(import.meta.dirname, "..", "..");
export const dockerfilePath = join(root, "deploy", "Dockerfile");

export const parseDockerfile = () => DockerfileParser.parse(readFileSync(dockerfilePath, "utf8"));

/** The arguments before the first stage, with their defaults. */
export function argumentsOf(): Readonly<Record<string, string>> {
  const defaults = parseDockerfile()
    .getInitialARGs()
    .map((argument) => argument.getProperty());
  return Object.fromEntries(
    defaults.map((property) => [property?.getName() ?? "", property?.getValue() ?? ""]),
  );
}
