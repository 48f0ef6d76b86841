"""Product feeds: fetched safely, read as a stream."""
