{{- define "labels" -}}
app.kubernetes.io/name: mxjob-controller
app.kubernetes.io/part-of: mxjob-fork-kit
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}
