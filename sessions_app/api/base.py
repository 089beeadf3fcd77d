"""What the API views of this app share: the person who asks, a checked query, and a cursor that says when it is bad."""

from rest_framework.exceptions import NotFound

from accounts.actor import Actor
from common.api import Cursor, Known, NoQuery, checked
from common.errors import InvalidInput


class OrderedCursor(Cursor):
    """Pages in the order that the view's `query` asks for; a bad cursor is a bad parameter."""

    def get_ordering(self, request, queryset, view):
        return view.orderings[view.query["ordering"]]

    def decode_cursor(self, request):
        try:
            return super().decode_cursor(request)
        except NotFound as error:
            raise InvalidInput({"cursor": "Use a cursor from `next` or `previous` of a page."}) from error


class Asked:
    """Mixed into the API views."""

    @property
    def actor(self) -> Actor:
        return self.request._request.actor

    def checked_query(self, shape: type[Known] = NoQuery) -> dict:
        """The query parameters as `shape` names them; any other is refused."""
        return checked(shape, self.request.query_params)

    def checked_body(self, shape: type[Known]) -> dict:
        return checked(shape, self.request.data)
