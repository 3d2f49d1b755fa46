"""Pages of the engine: notices, files, help, the mails of the demonstration, and a form that was open too long."""

from email import message_from_bytes
from email.policy import default as default_policy
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.generic import ListView, TemplateView, View

from workflow import clock
from workflow.gallery import samples
from workflow.models import Attachment, Delivery


class CursorList(ListView):
    """A list in pages after `?after=ID`: found by index however long the list is, and never counted.

    `order` are fields without empty values, ending with the key; all of them rise, or all fall (`falls`). Fields
    that the order computes are expressions by name in `computed()`.
    """

    page_size = 30
    order: tuple[str, ...] = ("pk",)
    falls = False

    def computed(self) -> dict[str, Any]:
        return {}

    def get_queryset(self):
        sign = "-" if self.falls else ""
        computed = self.computed()
        queryset = super().get_queryset().annotate(**computed).order_by(*(sign + name for name in self.order))
        after = self.request.GET.get("after", "")
        if not after:
            return queryset
        if not after.isdecimal() or len(after) > 18:
            raise BadRequest
        found = queryset.model._default_manager.annotate(**computed).filter(pk=int(after))
        values = found.values_list(*self.order).first()
        return queryset.filter(beyond(self.order, values, self.falls)) if values else queryset.none()

    def get_context_data(self, **kwargs):
        rows = list(self.object_list[: self.page_size + 1])
        more = len(rows) > self.page_size
        rows = rows[: self.page_size]
        query = self.request.GET.copy()
        first = query.pop("after", None) is not None and f"?{query.urlencode()}"
        if more:
            query["after"] = rows[-1].pk
        return super().get_context_data(
            object_list=rows, next=f"?{query.urlencode()}" if more else "", previous=first or "", **kwargs
        )


def beyond(order: tuple[str, ...], values: tuple[Any, ...], falls: bool) -> Q:
    """Rows after the one with these values, in the order of these fields."""
    side = "lt" if falls else "gt"
    condition = Q()
    for count, name in enumerate(order):
        equal = dict(zip(order[:count], values, strict=False))
        condition |= Q(**equal, **{f"{name}__{side}": values[count]})
    return condition


class NotificationList(CursorList):
    template_name = "workflow/notifications.html"
    falls = True

    def get_queryset(self):
        self.queryset = Delivery.objects.on_page_of(self.request.user).select_related("event__actor")
        return super().get_queryset()


class NotificationOpen(View):
    """Mark one notice read and go where it leads."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        notice = get_object_or_404(Delivery.objects.on_page_of(request.user), pk=pk)
        Delivery.objects.filter(pk=notice.pk, read_at=None).update(read_at=clock.now())
        leads_inside = url_has_allowed_host_and_scheme(notice.url, allowed_hosts=None)
        return HttpResponseRedirect(notice.url if leads_inside else reverse("notifications"))


class NotificationsRead(View):
    """Mark all notices read that the page showed."""

    def post(self, request: HttpRequest) -> HttpResponse:
        newest = request.POST.get("newest", "")
        if newest.isdecimal() and len(newest) <= 18:
            unread = Delivery.objects.on_page_of(request.user).unread()
            unread.filter(pk__lte=int(newest)).update(read_at=clock.now())
        return HttpResponseRedirect(reverse("notifications"))


class FileDownload(View):
    """Hand out a file to those who may see its object and belong to its audience; for everyone else there is none."""

    def get(self, request: HttpRequest, token: str) -> FileResponse:
        attachment = get_object_or_404(Attachment.objects.select_related("target_type"), token=token)
        target = attachment.target
        if target is None or attachment.audience not in target.audiences_of(request.user):
            raise Http404
        try:
            content = attachment.file.open("rb")
        except FileNotFoundError as gone:
            raise Http404 from gone
        response = FileResponse(
            content, as_attachment=True, filename=attachment.name, content_type=attachment.content_type
        )
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "private, no-store"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        response._csp_replace = {"default-src": ["'none'"], "sandbox": []}  # type: ignore[attr-defined]
        return response


class Help(TemplateView):
    template_name = "workflow/help.html"


class Components(TemplateView):
    template_name = "workflow/components.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**samples(), **kwargs)


class DemoMail(TemplateView):
    """The mails that the demonstration has sent, newest first, and one of them as plain text."""

    template_name = "workflow/demo_mail.html"
    most = 100

    def get_context_data(self, name: str = "", **kwargs: Any) -> dict[str, Any]:
        if not settings.DEMO:
            raise Http404
        mails = sent_mails(Path(settings.MAIL_DIR), most=self.most)
        mail = next((one for one in mails if one["name"] == name), None) if name else next(iter(mails), None)
        if name and mail is None:
            raise Http404
        return super().get_context_data(mails=mails, mail=mail, **kwargs)


MAIL_END = b"\n" + b"-" * 79 + b"\n"


def sent_mails(folder: Path, *, most: int) -> list[dict[str, Any]]:
    """The newest mails that the file backend kept, newest first; it may put several into one file."""
    paths = sorted(folder.glob("*.log"), key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)[:most]
    return [
        read_mail(f"{path.stem}-{number}", content)
        for path in paths
        for number, content in reversed(list(enumerate(path.read_bytes().split(MAIL_END)[:-1])))
    ][:most]


def read_mail(name: str, content: bytes) -> dict[str, Any]:
    """One mail as the page shows it: plain text only."""
    message = message_from_bytes(content, policy=default_policy)
    body = message.get_body(("plain",))
    return {
        "name": name,
        "to": message["to"],
        "subject": message["subject"],
        "at": parsedate_to_datetime(message["date"]) if message["date"] else None,
        "text": body.get_content().strip() if body else "",
    }


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open for too long: say how to go on."""
    return render(request, "403_csrf.html", status=403)
