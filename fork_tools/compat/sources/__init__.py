"""OLD and NEW of a comparison: files, folders, `git:REF:PATH`, `upstream:TAG:PATH`."""
