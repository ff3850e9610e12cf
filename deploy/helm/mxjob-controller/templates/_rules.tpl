{{- define "rules" -}}
- apiGroups: [kubeflow.org]
  resources: [mxjobs]
  verbs: [list, watch, delete]
- apiGroups: [kubeflow.org]
  resources: [mxjobs/status]
  verbs: [patch]
- apiGroups: [""]
  resources: [pods, services]
  verbs: [get, list, watch, create, delete]
- apiGroups: [""]
  resources: [events]
  verbs: [create, patch]
{{- if eq .Values.scope "cluster" }}
- apiGroups: [apps]
  resources: [deployments]
  verbs: [list]
- apiGroups: [authorization.k8s.io]
  resources: [subjectaccessreviews]
  verbs: [create]
- apiGroups: [admissionregistration.k8s.io]
  resources: [validatingwebhookconfigurations]
  verbs: [list]
{{- end }}
{{- if ne .Values.gangScheduling.kind "none" }}
- apiGroups: [{{ ternary "scheduling.volcano.sh" "scheduling.x-k8s.io" (eq .Values.gangScheduling.kind "volcano") }}]
  resources: [podgroups]
  verbs: [get, list, watch, create, patch, delete]
{{- if eq .Values.scope "cluster" }}
- apiGroups: [scheduling.k8s.io]
  resources: [priorityclasses]
  verbs: [list]
{{- end }}
{{- end }}
{{- end }}
