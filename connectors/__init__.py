"""Where knowledge comes from. A connector reports what is there and who may read it; it decides nothing."""
