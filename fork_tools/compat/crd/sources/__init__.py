"""Where CRDs come from: files, folders, git, upstream's releases, clusters."""
