"""The month and the board: figures, what is handed in, and what still waits."""
