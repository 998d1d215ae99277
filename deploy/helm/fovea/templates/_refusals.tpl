{{/* What no single value can know: combinations that cannot be meant. Each says what to do. */}}
{{- define "fovea.refuse" -}}
{{- $values := .Values -}}
{{- $storage := $values.config.IMAGE_STORAGE_PATH | default "" -}}
{{- if eq $values.mode "cluster" -}}
{{- if not $values.existingSecret -}}
{{- fail "existingSecret: name the Secret with DATABASE_URL, JWT_SECRET_KEY and WEBHOOK_SECRET, which all pods share; docs/kubernetes.md says how to make it." -}}
{{- end -}}
{{- if and (not (hasPrefix "s3://" $storage)) (not (include "fovea.sharesFolder" .)) -}}
{{- fail "config.IMAGE_STORAGE_PATH: pods on several nodes have to share their files; set s3://bucket/prefix, or a ReadWriteMany volume with sharedFolder.existingClaim or sharedFolder.create=true." -}}
{{- end -}}
{{- with $values.worker.autoscaling -}}
{{- if gt (int .minReplicas) (int .maxReplicas) -}}
{{- fail "worker.autoscaling: minReplicas is larger than maxReplicas." -}}
{{- end -}}
{{- if and (eq .type "keda") (not .prometheusAddress) -}}
{{- fail "worker.autoscaling.prometheusAddress: say where KEDA asks for the queue wait, such as http://prometheus-operated.monitoring.svc:9090." -}}
{{- end -}}
{{- end -}}
{{- with $values.api.autoscaling -}}
{{- if and .enabled (gt (int .minReplicas) (int .maxReplicas)) -}}
{{- fail "api.autoscaling: minReplicas is larger than maxReplicas." -}}
{{- end -}}
{{- end -}}
{{- else -}}
{{- if and (not $values.existingSecret) (not $values.config.AZURE_TENANT_ID) (eq (include "fovea.text" $values.config.AUTH) "all") -}}
{{- fail "existingSecret: AUTH=all asks everybody for a credential, and nobody could have one; name a Secret with API_KEY or JWT_SECRET_KEY, or set config.AZURE_TENANT_ID and config.AZURE_CLIENT_ID." -}}
{{- end -}}
{{- if include "fovea.sharesFolder" . -}}
{{- fail "sharedFolder: mode single keeps its files in the volume of data; leave sharedFolder out." -}}
{{- end -}}
{{- end -}}
{{- range $component := list "api" "worker" -}}
{{- range $name := list "BASE_PATH" "IMAGE_STORAGE_PATH" "TRUST_PROXY" -}}
{{- if hasKey (index $values $component).config $name -}}
{{- fail (printf "%s.config.%s: holds for all pods; set config.%s." $component $name $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and $storage (include "fovea.sharesFolder" .) -}}
{{- fail "config.IMAGE_STORAGE_PATH: files are in sharedFolder already; leave one of both out." -}}
{{- end -}}
{{- if $values.ingress.enabled -}}
{{- if not $values.ingress.hosts -}}
{{- fail "ingress.hosts: name at least one host, such as images.example.com." -}}
{{- end -}}
{{- if not $values.config.TRUST_PROXY -}}
{{- fail "config.TRUST_PROXY: set the addresses of the pods of your ingress controller, such as 10.0.0.0/8; without them all callers are one address to rate limits, and HTTPS is not seen." -}}
{{- end -}}
{{- end -}}
{{- if and (not $values.serviceAccount.create) $values.serviceAccount.annotations -}}
{{- fail "serviceAccount.annotations: are written to the account that serviceAccount.create makes; annotate the one that is there yourself." -}}
{{- end -}}
{{- end -}}
