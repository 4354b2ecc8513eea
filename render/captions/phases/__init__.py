"""What a loss can be told to do: yardsticks in the data, and claims with where they are true."""
