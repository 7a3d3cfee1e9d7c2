"""Writing, answering and moderating reviews, and keeping what they come to."""
