"""Looking for words in texts that no index knows, since they are encrypted."""


def holds_words(texts, wanted: str) -> bool:
    """Whether every word of `wanted` stands somewhere in the texts, in any case."""
    told = " ".join(texts).casefold()
    return all(word in told for word in wanted.casefold().split())
