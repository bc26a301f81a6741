"""Words at the edge: codes and values become sentences here, in the reader's language."""
