"""What a page's form is bound to."""


def posted(request):
    """The posted values, also when there are none; None for a look."""
    return request.POST if request.method == "POST" else None
