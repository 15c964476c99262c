"""What happened, so that any later change shows: `book` writes it, `verify` examines it, the rest is their parts."""
