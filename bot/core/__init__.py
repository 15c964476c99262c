"""The nouns, the ports and the errors of the assistant."""
