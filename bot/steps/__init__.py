"""One idea each: a step takes one type and returns the next. Steps know neither adapters nor each other."""
