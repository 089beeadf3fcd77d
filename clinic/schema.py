"""The OpenAPI document and its browsable page, for signed-in staff."""

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from accounts.gatekeeping import signed_in

_open = {"authentication_classes": [], "permission_classes": []}
schema = signed_in(SpectacularAPIView.as_view(**_open))
browser = signed_in(SpectacularSwaggerSplitView.as_view(url_name="api_schema", **_open))
