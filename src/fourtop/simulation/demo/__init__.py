"""The evening that ``fourtop demo`` plays: thirty requests at the sample pub."""
