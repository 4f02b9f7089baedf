"""The cloud: S3 and servers that speak it, and Lightly's platform."""
