"""A local Kubernetes cluster without containers: etcd, kube-apiserver, kube-controller-manager, and a node of processes."""
