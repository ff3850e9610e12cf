"""Which upstream commit broke a step: on releases, and ahead of them on branches."""
