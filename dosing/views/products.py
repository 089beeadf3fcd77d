"""The practice's products."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.gatekeeping import needs
from accounts.paging import page_of
from accounts.roles import Permission
from common import audit
from common.http import form_status, refused, submit
from dosing import actions
from dosing.forms import ProductForm
from dosing.models import Product
from dosing.stock_page import sections
from patients.scope import one


@needs(Permission.VIEW_STOCK)
@require_safe
def listing(request):
    page = page_of(Product.objects.visible_to(request.actor).order_by("-is_active", "name"), request)
    context = {"page": page, "may_edit": request.actor.can(Permission.EDIT_CLINICAL_SETTINGS)}
    context["tabs"] = sections(request.actor, "products")
    audit.record_list(request.actor, "dosing.listed_products", [])
    return render(request, "dosing/products.html", context)


@needs(Permission.EDIT_CLINICAL_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request):
    form = ProductForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        product = submit(form, actions.add_product, by=request.actor, at=timezone.now())
        if not refused(product):
            messages.success(request, f"{product.name} can be ordered and received now.")
            return redirect("dosing:products")
    return render(request, "dosing/product_new.html", {"form": form}, status=form_status(form))


@needs(Permission.EDIT_CLINICAL_SETTINGS)
@require_POST
def in_use(request, pk):
    product = one(Product.objects.visible_to(request.actor), pk=pk)
    is_active = request.POST.get("is_active") == "yes"
    actions.set_product_in_use(product=product, by=request.actor, at=timezone.now(), is_active=is_active)
    words = "is in use again" if is_active else "is out of use; its lots stay in the ledger"
    messages.success(request, f"{product.name} {words}.")
    return redirect("dosing:products")
