{{/*
The environment is written into the pods, and not into a ConfigMap: the Job runs before one would be there, and pods
are replaced when a setting changes.
Arguments: root, role (empty for the Job), config.
*/}}
{{- define "fovea.environment" -}}
{{- $values := .root.Values -}}
{{- $single := eq $values.mode "single" -}}
{{- $managed := dict "DATA_DIR" "/data" -}}
{{- with .role -}}
{{- $_ := set $managed "ROLE" . -}}
{{- $_ := set $managed "PORT" "8000" -}}
{{- $_ := set $managed "METRICS_PORT" "9090" -}}
{{- end -}}
{{- if not $single -}}
{{- $_ := set $managed "DATABASE_MIGRATIONS" (ternary "wait" "apply" (and $values.migration.enabled (ne .role ""))) -}}
{{- end -}}
{{- if include "fovea.sharesFolder" .root -}}
{{- $_ := set $managed "IMAGE_STORAGE_PATH" "/files" -}}
{{- end -}}
{{- /* Kubernetes refuses a name that is there twice. */}}
{{- $extra := dict -}}
{{- range $values.extraEnv }}{{ $_ := set $extra .name true }}{{ end -}}
{{- $all := dict -}}
{{- range $name, $value := .config }}{{ $_ := set $all $name $value }}{{ end -}}
{{- range $name, $value := $managed }}{{ $_ := set $all $name $value }}{{ end -}}
{{- range $name, $value := $all }}
{{- if not (or (kindIs "invalid" $value) (hasKey $extra $name)) }}
- name: {{ $name }}
  value: {{ include "fovea.text" $value | quote }}
{{- end }}
{{- end }}
{{- if not $single }}
{{- /* Named one by one, so that Kubernetes says which key is missing and does not start a pod without it. */}}
{{- range list "DATABASE_URL" "JWT_SECRET_KEY" "WEBHOOK_SECRET" }}
{{- if not (hasKey $extra .) }}
- name: {{ . }}
  valueFrom:
    secretKeyRef:
      name: {{ $values.existingSecret | quote }}
      key: {{ . }}
{{- end }}
{{- end }}
{{- end }}
{{- with $values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "fovea.secretEnvironment" -}}
{{- with .Values.existingSecret -}}
envFrom:
  - secretRef:
      name: {{ . | quote }}
{{- end -}}
{{- end -}}
