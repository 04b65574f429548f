"""What the texts of columns mean: numbers in other forms, dates, durations, ranges, and markers of missing values."""
