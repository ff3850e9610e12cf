//go:build programs

// Names what is built, so that `go mod tidy` keeps it. To move the default to another Kubernetes, run
// `mxfork cluster assets --version V` and take go.mod and go.sum from the folder that it prints.
package programs

import (
	_ "go.etcd.io/etcd/server/v3"
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
	_ "k8s.io/kubernetes/cmd/kube-controller-manager"
	_ "k8s.io/kubernetes/cmd/kubectl"
)
