"""Every piece of the interface on one page, for whoever builds or checks pages."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.gatekeeping import needs
from accounts.roles import Permission
from common.style_guide import style_guide_context


@needs(Permission.EDIT_SETTINGS)
@require_safe
def style_guide(request):
    return render(request, "common/style_guide.html", style_guide_context())
