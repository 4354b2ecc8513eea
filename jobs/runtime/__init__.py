"""What every command needs while it runs: report, log, signals, locks."""
