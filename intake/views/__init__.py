"""Pages of ideas: the requester's, and the workspace of IT."""
