"""Loading contracts and checking them: every finding at once, each with line, field and advice."""
