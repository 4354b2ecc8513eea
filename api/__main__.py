"""`python -m fitreel`: the command line."""

from fitreel.jobs.main import main

if __name__ == "__main__":
    main()
