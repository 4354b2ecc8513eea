"""What a film carries beside its pictures: how it was made, and a checksum."""
