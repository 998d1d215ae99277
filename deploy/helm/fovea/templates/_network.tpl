{{/* Names, and servers at private addresses. */}}
{{- define "fovea.egressToServices" -}}
- to:
    {{- toYaml .Values.networkPolicy.dns | nindent 4 }}
  ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
{{- range .Values.networkPolicy.services }}
- ports:
    {{- range .ports }}
    - port: {{ . }}
      protocol: TCP
    {{- end }}
  {{- with .to }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end -}}

{{/*
All that is public, on any port: images are where their owners put them. The service refuses private addresses itself
(ALLOW_PRIVATE_NETWORKS); this is the second lock. 169.254.169.254, where clouds tell secrets, is in one of them.
*/}}
{{- define "fovea.egressToInternet" -}}
{{- if .Values.networkPolicy.internet -}}
- to:
    - ipBlock:
        cidr: 0.0.0.0/0
        except:
          - 0.0.0.0/8
          - 10.0.0.0/8
          - 100.64.0.0/10
          - 127.0.0.0/8
          # Public by its number: where Azure answers its own machines.
          - 168.63.129.16/32
          - 169.254.0.0/16
          - 172.16.0.0/12
          - 192.0.0.0/24
          - 192.168.0.0/16
          - 198.18.0.0/15
          - 224.0.0.0/4
          - 240.0.0.0/4
    # What IANA has given out for the public internet; whatever lies outside is local, reserved or a translation.
    - ipBlock:
        cidr: 2000::/3
        except:
          - 2001::/23
          - 2001:db8::/32
          - 2002::/16
{{- end -}}
{{- end -}}
