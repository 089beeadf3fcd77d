"""A registry lets a higher app answer a lower app's question without being imported by it."""

from collections.abc import Callable, Iterator


class Registry:
    """Named functions in the order they were registered; each name once."""

    def __init__(self, question: str):
        self.question = question
        self._answers: dict[str, Callable] = {}

    def register(self, name: str, answer: Callable) -> None:
        if name in self._answers and self._answers[name] is not answer:
            raise ValueError(f"{name!r} already answers {self.question!r}")
        self._answers[name] = answer

    def __iter__(self) -> Iterator[Callable]:
        return iter(self._answers.values())

    def get(self, name: str) -> Callable:
        return self._answers[name]

    def collect(self, **question) -> list:
        """All answers to one question, flattened in registration order."""
        return [item for answer in self._answers.values() for item in answer(**question)]
