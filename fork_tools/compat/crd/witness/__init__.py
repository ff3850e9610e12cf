"""Find an object that proves a finding: the old schema takes it, the new one rejects, prunes or defaults it."""
