"""Addresses of this app."""

from django.urls import path

from accounts.views import home, password, sign_in

app_name = "accounts"
urlpatterns = [
    path("", home.home, name="home"),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/practice/", sign_in.choose_practice, name="choose_practice"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("account/password/", password.change_password, name="change_password"),
]
