"""What a step can be, one file a kind: each turns a tree into the changes it makes there."""
