"""What is taken out of a text before a model, a log or a channel sees it? Pure, and in time that grows with the text."""
