"""The trained model: what it is made of, how it is stored and loaded."""

from recognizer.model.network import Network
from recognizer.model.store import Model, Networks, load_model, save_model, shipped_model
from recognizer.model.text import TextModel

__all__ = ["Model", "Network", "Networks", "TextModel", "load_model", "save_model", "shipped_model"]
