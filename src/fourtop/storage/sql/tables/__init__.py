"""Tables: columns, and how records become rows and return."""
