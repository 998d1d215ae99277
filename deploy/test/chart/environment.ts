import { secret } from "./cases.ts";
import type { Objects, PodTemplate } from "./objects.ts";

type Container = PodTemplate["spec"]["containers"][0];

/** The environment that a container would have. */
export function environmentOf(
  { env, envFrom = [] }: Container,
  secrets: Readonly<Record<string, string>> = secret,
): Readonly<Record<string, string>> {
  const own = env.map(({ name, value, valueFrom }) => [
    name,
    value ?? secrets[valueFrom?.secretKeyRef.key ?? ""] ?? "",
  ]);
  return { ...(envFrom.length > 0 ? secrets : {}), ...Object.fromEntries(own) };
}

export const containerOf = (objects: Objects, name: string) =>
  objects.the("Deployment", name).spec.template.spec.containers[0];
