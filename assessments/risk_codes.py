"""What a risk item is about, as the beginning of its code; and how much a patient may add to a wish to be called."""

SUICIDE_CODES = ("SI_", "SUICIDE_")
WORSE, CALL_ME = "WORSE_", "CALL_ME"
MOST_WORDS = 300
