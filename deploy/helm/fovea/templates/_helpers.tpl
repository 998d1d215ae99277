{{/*
Names begin with the name of the release, which no other release in the namespace has, and end with one word; so two
releases never mean the same object. A release name has 53 characters at most, so a name has 63, the length of a label.
*/}}
{{- define "fovea.name" -}}
{{- .Values.fullnameOverride | default .Release.Name -}}
{{- end -}}

{{/* What a selector may rest on: it can never be changed later. */}}
{{- define "fovea.selector" -}}
app.kubernetes.io/name: fovea
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "fovea.labels" -}}
{{ include "fovea.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "fovea.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "fovea.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{ include "fovea.name" . }}
{{- else -}}
{{ .Values.serviceAccount.name | default "default" }}
{{- end -}}
{{- end -}}

{{/* The prefix of all addresses, without the slash at its end. */}}
{{- define "fovea.basePath" -}}
{{- trimSuffix "/" (.Values.config.BASE_PATH | default "") -}}
{{- end -}}

{{/*
A value of YAML as the text of a setting. Go prints a million as 1e+06, which is no whole number to the service, and YAML
takes on and off for true and false.
*/}}
{{- define "fovea.text" -}}
{{- if kindIs "bool" . -}}
{{ ternary "on" "off" . }}
{{- else if and (kindIs "float64" .) (eq . (floor .)) -}}
{{ int64 . }}
{{- else -}}
{{ . }}
{{- end -}}
{{- end -}}

{{- define "fovea.sharesFolder" -}}
{{- if or .Values.sharedFolder.create .Values.sharedFolder.existingClaim -}}
true
{{- end -}}
{{- end -}}

{{/* Whether something else says how many pods there are. Arguments: values, component. */}}
{{- define "fovea.scales" -}}
{{- $own := (index .values .component).autoscaling -}}
{{- if or (and (eq .component "api") $own.enabled) (and (eq .component "worker") (ne $own.type "none")) -}}
true
{{- end -}}
{{- end -}}
