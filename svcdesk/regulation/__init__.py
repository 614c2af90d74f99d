"""What the regulation leaves to the centre and how facts are judged: policy, clock, states, expense rules. Pure."""
