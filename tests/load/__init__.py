"""Many agents and customers against real nodes: what is lost, how long it takes, what it costs."""
