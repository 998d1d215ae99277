import { z } from "zod";

const texts = z.record(z.string(), z.string());
const metadata = z.looseObject({
  name: z.string(),
  namespace: z.string(),
  labels: texts,
  annotations: texts.default({}),
});

const probe = z.looseObject({
  httpGet: z.object({ path: z.string(), port: z.string() }),
  periodSeconds: z.number(),
  failureThreshold: z.number(),
});
const variable = z.object({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z.object({ secretKeyRef: z.object({ name: z.string(), key: z.string() }) }).optional(),
});
const container = z.looseObject({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()).optional(),
  env: z.array(variable),
  envFrom: z.array(z.object({ secretRef: z.object({ name: z.string() }) })).optional(),
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })).default([]),
  startupProbe: probe.optional(),
  livenessProbe: probe.optional(),
  readinessProbe: probe.optional(),
  resources: z.looseObject({ requests: texts, limits: texts }),
  securityContext: z.unknown(),
  volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })).default([]),
});
const podSpec = z.looseObject({
  automountServiceAccountToken: z.boolean(),
  serviceAccountName: z.string().optional(),
  terminationGracePeriodSeconds: z.number().optional(),
  securityContext: z.unknown(),
  containers: z.tuple([container]),
  volumes: z
    .array(
      z.looseObject({
        name: z.string(),
        emptyDir: z.object({ sizeLimit: z.string() }).optional(),
        persistentVolumeClaim: z.object({ claimName: z.string() }).optional(),
      }),
    )
    .default([]),
});
const template = z.object({
  metadata: z.looseObject({ labels: texts, annotations: texts.default({}) }),
  spec: podSpec,
});
const selector = z.object({ matchLabels: texts });

const peer = z.strictObject({
  ipBlock: z.object({ cidr: z.string(), except: z.array(z.string()).default([]) }).optional(),
  namespaceSelector: z.looseObject({ matchLabels: texts.default({}) }).optional(),
  podSelector: selector.optional(),
});
const ports = z.array(
  z.object({ port: z.union([z.number(), z.string()]), protocol: z.enum(["TCP", "UDP"]) }),
);
const scaleTarget = z.looseObject({ name: z.string() });

/** Of each kind what the tests look at; whether the whole is right is for the schemas of Kubernetes to say. */
const specs = {
  Deployment: z.object({
    replicas: z.number().optional(),
    strategy: z.unknown(),
    selector,
    template,
  }),
  Job: z.looseObject({ template, activeDeadlineSeconds: z.number() }),
  Pod: podSpec,
  Service: z.looseObject({
    selector: texts,
    ports: z.array(z.looseObject({ name: z.string(), port: z.number(), targetPort: z.string() })),
  }),
  PodDisruptionBudget: z.looseObject({
    maxUnavailable: z.union([z.number(), z.string()]),
    selector,
  }),
  NetworkPolicy: z.looseObject({
    podSelector: selector,
    policyTypes: z.array(z.string()),
    ingress: z.array(z.object({ from: z.array(peer), ports })).optional(),
    egress: z.array(z.object({ to: z.array(peer).optional(), ports: ports.optional() })),
  }),
  HorizontalPodAutoscaler: z.looseObject({ scaleTargetRef: scaleTarget, metrics: z.unknown() }),
  ScaledObject: z.looseObject({ scaleTargetRef: scaleTarget, triggers: z.unknown() }),
  Ingress: z.looseObject({ rules: z.unknown() }),
  ServiceMonitor: z.looseObject({
    selector,
    jobLabel: z.string(),
    endpoints: z.array(z.looseObject({ port: z.string() })),
  }),
  PrometheusRule: z.looseObject({ groups: z.array(z.unknown()) }),
  PersistentVolumeClaim: z.looseObject({ accessModes: z.array(z.string()) }),
} as const;
type Specs = typeof specs;

const kubernetesObject = z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata });
export type KubernetesObject = z.output<typeof kubernetesObject>;

export interface Objects {
  readonly all: readonly KubernetesObject[];
  /** All of a kind, by their names. */
  of<Kind extends keyof Specs>(kind: Kind): ReadonlyMap<string, Found<Kind>>;
  /** The one of a kind and name. */
  the<Kind extends keyof Specs>(kind: Kind, name: string): Found<Kind>;
}
type Found<Kind extends keyof Specs> = KubernetesObject & { readonly spec: z.output<Specs[Kind]> };
export type PodTemplate = z.output<typeof template>;

export function objectsOf(documents: readonly unknown[]): Objects {
  const all = z.array(kubernetesObject).parse(documents);
  const of = <Kind extends keyof Specs>(kind: Kind): ReadonlyMap<string, Found<Kind>> => {
    const schema = kubernetesObject.extend({ spec: specs[kind] });
    const found = all.filter((object) => object.kind === kind).map((object) => schema.parse(object));
    // The compiler does not follow a schema that is looked up by a type parameter.
    return new Map(found.map((object) => [object.metadata.name, object as Found<Kind>]));
  };
  return {
    all,
    of,
    the(kind, name) {
      const found = of(kind).get(name);
      if (!found) throw new Error(`No ${kind} ${name} was rendered.`);
      return found;
    },
  };
}

/** Every pod that the objects would make. */
export function podsOf(objects: Objects): readonly PodTemplate[] {
  return [
    ...[...objects.of("Deployment").values(), ...objects.of("Job").values()].map(({ spec }) => spec.template),
    ...[...objects.of("Pod").values()].map(({ metadata: { labels, annotations }, spec }) => ({
      metadata: { labels, annotations },
      spec,
    })),
  ];
}

export const selects = (
  wanted: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
): boolean => Object.entries(wanted).every(([name, value]) => labels[name] === value);
