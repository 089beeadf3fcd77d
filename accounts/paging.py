"""One page of a list, 25 rows; a number that makes no sense means the nearest page."""

from django.core.paginator import Page, Paginator

PER_PAGE = 25


def page_of(rows, request, per_page: int = PER_PAGE) -> Page:
    return Paginator(rows, per_page).get_page(request.GET.get("page"))
