import type { Values } from "./describe-chart.ts";

/** The least that a cluster needs. */
export const least = {
  existingSecret: "fovea",
  config: { IMAGE_STORAGE_PATH: "s3://pictures/fovea", AWS_REGION: "eu-central-1" },
} as const;

const inPods = {
  podAnnotations: { "example.com/note": "of a pod" },
  podLabels: { team: "pictures" },
  nodeSelector: { "kubernetes.io/arch": "arm64" },
  tolerations: [{ key: "spot", operator: "Exists", effect: "NoSchedule" }],
  affinity: {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 1, podAffinityTerm: { topologyKey: "kubernetes.io/hostname", labelSelector: {} } },
      ],
    },
  },
  topologySpreadConstraints: [
    { maxSkew: 2, topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "DoNotSchedule" },
  ],
  priorityClassName: "pictures",
};

/** What people set, one way each. */
export const cases: Readonly<Record<string, Values>> = {
  "the least that is needed": least,
  "a single pod": { mode: "single", existingSecret: "keys" },
  "a single pod with Entra ID alone": {
    mode: "single",
    config: {
      AZURE_TENANT_ID: "b0f4b1f6-2c65-4a2b-8f0e-0a8e3a2f1c55",
      AZURE_CLIENT_ID: "0d8c9a1e-7c1d-4b52-9f5a-5f8a3b9c7e11",
    },
    data: { existingClaim: "pictures", size: "100Gi" },
  },
  KEDA: {
    ...least,
    api: { autoscaling: { enabled: true } },
    worker: {
      autoscaling: {
        ...{ type: "keda", minReplicas: 2, maxReplicas: 20, targetWaitSeconds: 30 },
        ...{ prometheusAddress: "https://prometheus.example.com", authModes: "bearer" },
        authenticationRef: "prometheus",
      },
    },
  },
  "an external metric": { ...least, worker: { autoscaling: { type: "external" } } },
  "an Ingress with TLS, below a path": {
    ...least,
    config: { ...least.config, BASE_PATH: "/images/", TRUST_PROXY: "10.0.0.0/8" },
    ingress: {
      enabled: true,
      className: "nginx",
      annotations: { "nginx.ingress.kubernetes.io/proxy-body-size": "201m" },
      hosts: ["images.example.com", "pictures.example.com"],
      tlsSecret: "certificate",
    },
  },
  "a shared folder of its own": {
    existingSecret: "fovea",
    sharedFolder: { create: true, storageClassName: "files" },
  },
  "a shared folder that is there": { existingSecret: "fovea", sharedFolder: { existingClaim: "pictures" } },
  "no NetworkPolicies and no Job": {
    ...least,
    networkPolicy: { enabled: false },
    migration: { enabled: false },
  },
  "narrow NetworkPolicies": {
    ...least,
    networkPolicy: {
      apiFrom: [],
      metricsFrom: [],
      services: [{ ports: [5432], to: [{ ipBlock: { cidr: "10.20.0.0/24" } }] }],
      internet: false,
    },
  },
  "Prometheus' operator": {
    ...least,
    serviceMonitor: { enabled: true, labels: { release: "prometheus" } },
    prometheusRule: { enabled: true, labels: { release: "prometheus" } },
  },
  "everything else": {
    ...least,
    fullnameOverride: "pictures",
    image: {
      repository: "registry.example.com/fovea",
      digest: `sha256:${"0123456789abcdef".repeat(4)}`,
      pullPolicy: "Always",
    },
    imagePullSecrets: [{ name: "registry" }],
    api: { ...inPods, config: { PREPARE_CONCURRENCY: 2 }, podDisruptionBudget: { maxUnavailable: "25%" } },
    worker: { ...inPods, replicas: 1, config: { MAX_CONCURRENT_WORKERS: 50 } },
    service: { type: "LoadBalancer", port: 8080, annotations: { "example.com/internal": "true" } },
    serviceAccount: { annotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/fovea" } },
    extraEnv: [{ name: "TZ", value: "Europe/Berlin" }],
    extraVolumes: [{ name: "more", configMap: { name: "more" } }],
    extraVolumeMounts: [{ name: "more", mountPath: "/more", readOnly: true }],
  },
  "an account that is there": { ...least, serviceAccount: { create: false, name: "pictures" } },
};

/** What the Secret of an installation has. */
export const secret = {
  DATABASE_URL: "postgres://fovea:password@database.example.com/fovea",
  JWT_SECRET_KEY: "of all pods together, and long enough for production",
  WEBHOOK_SECRET: "theirs as well",
  API_KEY: "key of a client",
} as const;
