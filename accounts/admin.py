"""Support pages: read what is stored about people, mail and happenings. Nothing that has a state is here."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.models import Absence, Department, Invitation, Membership, PolicyVersion, RestrictedGroup, Role, User
from workflow.models import Delivery, Event

support = admin.AdminSite(name="admin")
support.site_header = support.site_title = support.index_title = _("Support")
support.login = secure_admin_login(support.login)  # type: ignore[method-assign]


class ReadOnly(admin.ModelAdmin):
    """Look, and change nothing: changes are made on the pages of administration, where they leave their event."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(User, site=support)
class UserAdmin(ReadOnly):
    list_display = ["name", "email", "department", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff", "department"]
    search_fields = ["name", "email"]
    fields = ["name", "email", "title", "extension", "department", "kind", "is_active", "is_staff", "last_login"]


@admin.register(Role, site=support)
class RoleAdmin(ReadOnly):
    list_display = ["user", "kind", "department", "discipline", "from_on", "to_on", "substitute", "needs_second"]
    list_filter = ["kind", "department"]
    list_select_related = ["user", "department", "substitute"]


@admin.register(Membership, site=support)
class MembershipAdmin(ReadOnly):
    list_display = ["user", "group", "added_by", "confirmed_by", "confirmed_at", "ended_at"]
    list_select_related = ["user", "group", "added_by", "confirmed_by"]


@admin.register(Invitation, site=support)
class InvitationAdmin(ReadOnly):
    list_display = ["user", "made_by", "made_at", "expires_at", "used_at"]
    list_select_related = ["user", "made_by"]
    exclude = ["token_hash"]


@admin.register(Delivery, site=support)
class DeliveryAdmin(ReadOnly):
    """How a message fared; what it says is for its reader."""

    list_display = ["id", "user", "address", "created_at", "attempts", "sent_at", "given_up_at", "trouble"]
    list_filter = ["channel"]
    list_select_related = ["user"]
    fields = ["user", "address", "channel", "created_at", "not_before", "attempts", "sent_at", "given_up_at", "trouble"]


@admin.register(Event, site=support)
class EventAdmin(ReadOnly):
    """What happened to people and policy. The events of ideas are on the pages of ideas, for those who may see them."""

    list_display = ["at", "actor", "verb", "target_type", "target_id"]
    list_select_related = ["actor", "target_type"]
    date_hierarchy = None

    def get_queryset(self, request):
        return super().get_queryset(request).filter(target_type__app_label="accounts")


support.register([Department, Absence, RestrictedGroup, PolicyVersion], ReadOnly)
