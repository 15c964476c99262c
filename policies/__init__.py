"""What may be read, said and done. Pure: no input or output, and no clock of its own."""
