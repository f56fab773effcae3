"""How soon a worker that owns many live entries decides again."""
