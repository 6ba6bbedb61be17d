"""What a doubtful chromosome is compared with: its classes' ideograms and average pictures."""
