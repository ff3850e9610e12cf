//go:build programs

// Names what is built, so that `go mod tidy` keeps it.
package programs

import _ "helm.sh/helm/v4/cmd/helm"
