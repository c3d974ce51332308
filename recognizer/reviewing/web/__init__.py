"""The web application of the queue: plain pages, htmx for what changes in them, and nothing from outside the package."""

from recognizer.reviewing.web.app import application, serve

__all__ = ["application", "serve"]
