"""Addresses of this app."""

from django.urls import path

from dosing.views import (
    amounts,
    containers,
    counting,
    discrepancies,
    diversion,
    limits,
    moving,
    orders,
    products,
    stock,
)

app_name = "dosing"
urlpatterns = [
    path("stock/", stock.lots, name="stock"),
    path("stock/receive/", stock.receive, name="receive_stock"),
    path("stock/<uuid:pk>/", stock.lot, name="lot"),
    path("stock/<uuid:pk>/transfer/", moving.transfer, name="transfer"),
    path("stock/<uuid:pk>/dispose/", moving.dispose, name="dispose"),
    path("stock/<uuid:pk>/containers/", containers.of_lot, name="containers"),
    path("stock/containers/<uuid:pk>/", containers.container, name="container"),
    path("stock/counts/", counting.counts, name="counts"),
    path("stock/counts/new/", counting.count_new, name="count_new"),
    path("stock/counts/<uuid:pk>/", counting.count, name="count"),
    path("stock/discrepancies/", discrepancies.discrepancies, name="discrepancies"),
    path("stock/discrepancies/<uuid:pk>/", discrepancies.discrepancy, name="discrepancy"),
    path("stock/discrepancies/<uuid:pk>/note/", discrepancies.note, name="discrepancy_note"),
    path("stock/discrepancies/<uuid:pk>/correct/", discrepancies.correct, name="discrepancy_correct"),
    path("stock/discrepancies/<uuid:pk>/close/", discrepancies.close, name="discrepancy_close"),
    path("stock/signs/", diversion.signs, name="signs"),
    path("stock/signs/<uuid:pk>/", diversion.sign, name="sign"),
    path("stock/signs/<uuid:pk>/settle/", diversion.settle, name="settle_sign"),
    path("products/", products.listing, name="products"),
    path("products/new/", products.new, name="product_new"),
    path("products/<uuid:pk>/in-use/", products.in_use, name="product_in_use"),
    path("limits/", limits.overview, name="limits"),
    path("limits/<slug:route>/", limits.of_route, name="limits_of_route"),
    path("limits/<slug:route>/new/", limits.new, name="limits_new"),
    path("series/<uuid:pk>/order/", orders.new, name="order_new"),
    path("series/<uuid:pk>/order/preview/", orders.preview, name="order_preview"),
    path("orders/<uuid:pk>/", orders.order, name="order"),
    path("orders/<uuid:pk>/continue/", orders.continue_plan, name="continue_plan"),
    path("patients/<uuid:pk>/", orders.of_patient, name="patient_orders"),
    path("amounts/", amounts.in_mg, name="amounts"),
]
