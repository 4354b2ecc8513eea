"""What is compared: configurations, their losses, predictions and places."""
