"""The models: what writes an answer, and what turns text into vectors."""
