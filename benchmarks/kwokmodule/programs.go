//go:build programs

// Names what is built, so that `go mod tidy` keeps it.
package programs

import _ "sigs.k8s.io/kwok/cmd/kwok"
