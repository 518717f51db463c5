"""The joint: owns the state, the tasks, the clock, chance and ids."""
