"""What every signed-in request needs: the person's language."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation


class SignedInMiddleware:
    """Speak the person's language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            translation.activate(request.user.language)
        return self.get_response(request)
