{{- define "args" -}}
- --leader-elect
- --log-format=json
{{- with .Values.gangScheduling }}
{{- if eq .kind "volcano" }}
- --gang-scheduler-name=volcano
{{- else if eq .kind "scheduler-plugins" }}
- --gang-scheduler-name={{ .schedulerName | default "scheduler-plugins-scheduler" }}
{{- end }}
{{- end }}
{{- if .Values.webhook.create }}
- --webhook-bind-address=:9443
{{- end }}
{{- range .Values.extraArgs }}
- {{ . | quote }}
{{- end }}
{{- end }}
{{- define "image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end }}
{{- end }}
