"""The revisions, oldest first. What one of them says is never changed once it was released."""
