"""The texts of pictures in a theme: sizes, title, large numbers, the sentence at the foot."""
