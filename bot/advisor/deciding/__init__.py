"""From the facts of a case to one option: costs, quality, vetoes, gates. Pure."""
