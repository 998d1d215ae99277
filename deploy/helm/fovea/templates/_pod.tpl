{{/*
The pod of api and worker, which differ by ROLE. In mode single it is the one pod.
Arguments: root (the chart's own scope), component, role.
*/}}
{{- define "fovea.pod" -}}
{{- $root := .root -}}
{{- $values := $root.Values -}}
{{- $own := index $values .component -}}
{{- $single := eq $values.mode "single" -}}
{{- /* Not merge, to which 0 and false are nothing. */}}
{{- $config := dict -}}
{{- range $name, $value := $values.config }}{{ $_ := set $config $name $value }}{{ end -}}
{{- range $name, $value := $own.config }}{{ $_ := set $config $name $value }}{{ end -}}
{{- $base := include "fovea.basePath" $root -}}
metadata:
  labels:
    {{- include "fovea.selector" $root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
    fovea/metrics: "true"
    {{- with $own.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with $own.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- with $values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  serviceAccountName: {{ include "fovea.serviceAccount" $root | quote }}
  # The service never asks Kubernetes for anything.
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- with $own.priorityClassName }}
  priorityClassName: {{ . | quote }}
  {{- end }}
  # What a process takes at most to end, and 10 seconds more.
  terminationGracePeriodSeconds: {{ add (int ($config.SHUTDOWN_DELAY_SECONDS | default 0)) (int ($config.SHUTDOWN_GRACE_SECONDS | default 25)) 10 }}
  securityContext:
    {{- include "fovea.podSecurity" $root | nindent 4 }}
  containers:
    - name: {{ .component }}
      image: {{ include "fovea.image" $root | quote }}
      imagePullPolicy: {{ $values.image.pullPolicy }}
      securityContext:
        {{- include "fovea.containerSecurity" $root | nindent 8 }}
      env:
        {{- include "fovea.environment" (dict "root" $root "role" .role "config" $config) | trim | nindent 8 }}
      {{- include "fovea.secretEnvironment" $root | nindent 6 }}
      ports:
        - name: http
          containerPort: 8000
        - name: metrics
          containerPort: 9090
      # A start waits up to five minutes for the schema.
      startupProbe:
        httpGet:
          path: {{ $base }}/health/live
          port: http
        periodSeconds: 2
        timeoutSeconds: 5
        failureThreshold: 165
      livenessProbe:
        httpGet:
          path: {{ $base }}/health/live
          port: http
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        httpGet:
          path: {{ $base }}/health/ready
          port: http
        periodSeconds: 5
        timeoutSeconds: 5
        failureThreshold: 2
      {{- with $own.resources }}
      resources:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      volumeMounts:
        - name: data
          mountPath: /data
        - name: tmp
          mountPath: /tmp
        {{- if include "fovea.sharesFolder" $root }}
        - name: files
          mountPath: /files
        {{- end }}
        {{- with $values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    - name: data
      {{- if $single }}
      persistentVolumeClaim:
        claimName: {{ $values.data.existingClaim | default (printf "%s-data" (include "fovea.name" $root)) | quote }}
      {{- else }}
      emptyDir:
        sizeLimit: {{ $values.scratch.data }}
      {{- end }}
    - name: tmp
      emptyDir:
        sizeLimit: {{ $values.scratch.tmp }}
    {{- if include "fovea.sharesFolder" $root }}
    - name: files
      persistentVolumeClaim:
        claimName: {{ $values.sharedFolder.existingClaim | default (printf "%s-files" (include "fovea.name" $root)) | quote }}
    {{- end }}
    {{- with $values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with $own.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $own.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $own.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if $own.topologySpreadConstraints }}
  topologySpreadConstraints:
    {{- toYaml $own.topologySpreadConstraints | nindent 4 }}
  {{- else if not $single }}
  topologySpreadConstraints:
    {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
    - maxSkew: 1
      topologyKey: {{ . }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "fovea.selector" $root | nindent 10 }}
          app.kubernetes.io/component: {{ $.component }}
      # Of each release of the pods by itself, or the old ones would push the new ones together.
      matchLabelKeys: [pod-template-hash]
    {{- end }}
  {{- end }}
{{- end -}}

{{/* As the restricted Pod Security Standard asks for. The image's user is 1000; volumes are made its own. */}}
{{- define "fovea.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "fovea.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}
