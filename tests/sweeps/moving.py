"""What time alone moves in a page: two answers are compared without it."""

TIME_ALONE = (
    r'csrf[^>]*>|server-time[^>]*>|\d\d:\d\d(?::\d\d)?|"csrf": "[^"]*"|"now_ms": \d+'
    r'|(?<=data-elapsed=")[^<]*'  # since when, and how long that is in words
    r"|stamp=[0-9a-f]{24}"  # of the minute, while risk answers are open
)
NEW_ENTRY = r'name="id" value="[^"]*"'  # a form has another id for its entry each time
