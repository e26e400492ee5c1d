"""Reading archives, running the pipeline over them, writing and reading records."""
