"""The Kubernetes API versions and fields that the kit uses, against releases of Kubernetes."""
