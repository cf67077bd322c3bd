"""From what was decided to words: reasons, costs, questions, cards. Every number was computed."""
