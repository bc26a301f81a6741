"""What every part of the desk stands on: connections, who asks, the held record, tasks."""
