"""How an operator sees what goes on."""
