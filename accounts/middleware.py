"""What every request needs: an address that every database can read, and the person's language."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils import translation


class SignedInMiddleware:
    """Speak the person's language; refuse a NUL in the address, which PostgreSQL takes in no text."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest
        if request.user.is_authenticated:
            translation.activate(request.user.language)
        return self.get_response(request)
