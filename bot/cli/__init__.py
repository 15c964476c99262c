"""What the commands do and say. Words for people stand here and nowhere below."""
