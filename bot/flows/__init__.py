"""The order of things, and nothing else. Flows reach the world only through the ports of `bot.core`."""
