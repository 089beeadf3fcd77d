"""The OpenAPI document and its browsable page, for signed-in staff (docs/decisions/0004)."""

from csp.decorators import csp_update
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from accounts.gatekeeping import signed_in

_open = {"authentication_classes": [], "permission_classes": []}
schema = signed_in(SpectacularAPIView.as_view(**_open))
_page = SpectacularSwaggerSplitView.as_view(url_name="api_schema", template_name="accounts/api_browser.html", **_open)
browser = signed_in(csp_update({"img-src": "data:"})(_page))
