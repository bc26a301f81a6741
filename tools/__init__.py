"""What makes data and releases; none of it ships."""
