"""What is seen: the pictures of records, and the files they go into."""
