"""Forms of ideas: the requester's, and in `workspace` those of IT."""
