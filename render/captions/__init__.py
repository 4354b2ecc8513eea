"""What happens in a film, in words: events, chapters, subtitles."""
