"""What is said while a network learns: yardsticks in the data, and sentences true of every frame."""
