"""What the bot does, with no Slack in sight. The import map stands in pyproject.toml."""
