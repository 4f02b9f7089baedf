"""Local servers that tests and people drive the cloud parts against."""
