import { execFile } from "node:child_process";
import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { KubernetesObject } from "../chart/objects.ts";
import { temporaryFolder } from "../chart/temporary-folder.ts";

/** Where the packages are; they are installed by the test that needs them. */
export const kubernetesPackages = import.meta.dirname;

const typescript = fileURLToPath(new URL("../../../node_modules/typescript/bin/tsc", import.meta.url));

/** The package's module that has a kind; the core of Kubernetes has no group. */
function moduleOf(apiVersion: string): string {
  if (apiVersion.startsWith("keda.sh/")) return `@kubernetes-models/keda/${apiVersion}`;
  if (apiVersion.startsWith("monitoring.coreos.com/")) {
    return `@kubernetes-models/prometheus-operator/${apiVersion}`;
  }
  return `kubernetes-models/${apiVersion}`;
}

const model = z.custom<new (data: KubernetesObject) => { validate(): void }>(
  (value) => value instanceof Function,
);

/**
 * What Kubernetes would not take of these objects. Its schemas know formats and what is required, but let pass what
 * they do not know; its types, to which the compiler holds each object, know every name there is.
 */
export async function problemsOf(objects: readonly KubernetesObject[]): Promise<readonly string[]> {
  const bySchema = await Promise.all(objects.map(problemBySchema));
  return [...bySchema.flat(), ...(await problemsByTypes(objects))];
}

async function problemBySchema(object: KubernetesObject): Promise<readonly string[]> {
  const specifier = import.meta.resolve(moduleOf(object.apiVersion));
  const { [object.kind]: found } = z.record(z.string(), z.unknown()).parse(await import(specifier));
  const Model = model.parse(found);
  try {
    new Model(object).validate();
    return [];
  } catch (error) {
    return [`${object.kind} ${object.metadata.name}: ${error instanceof Error ? error.message : error}`];
  }
}

async function problemsByTypes(objects: readonly KubernetesObject[]): Promise<readonly string[]> {
  const folder = await temporaryFolder();
  await symlink(join(kubernetesPackages, "node_modules"), join(folder, "node_modules"));
  const lines = objects.map(
    (object, index) =>
      `export const object${index}: import("${moduleOf(object.apiVersion)}").I${object.kind} = ${JSON.stringify(object)};`,
  );
  await writeFile(join(folder, "objects.ts"), lines.join("\n"));
  const compilerOptions = { module: "nodenext", strict: true, noEmit: true, skipLibCheck: true, types: [] };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["objects.ts"] }));
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, [typescript, "--project", folder, "--pretty", "false"], (_error, stdout) =>
      resolve(stdout),
    );
  });
  return output.split("\n").filter((line) => line !== "");
}
