"""How good is it? Golden questions through the real flows, and figures that anybody can compute again by hand."""
