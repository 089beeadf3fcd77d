"""Addresses of this app."""

from django.urls import path

from accounts.views import audit, factors, home, password, practice, profile, roles, sign_in, staff, style_guide

app_name = "accounts"
urlpatterns = [
    path("", home.home, name="home"),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/code/", sign_in.sign_in_code, name="sign_in_code"),
    path("sign-in/practice/", sign_in.choose_practice, name="choose_practice"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("account/", profile.profile, name="profile"),
    path("account/password/", password.change_password, name="change_password"),
    path("account/factor/", factors.factor, name="factor"),
    path("account/factor/begin/", factors.begin, name="begin_factor"),
    path("account/factor/confirm/", factors.confirm, name="confirm_factor"),
    path("account/factor/codes/", factors.renew_codes, name="renew_codes"),
    path("account/practice/", profile.switch_practice, name="switch_practice"),
    path("account/tokens/", profile.issue_token, name="issue_token"),
    path("account/tokens/<uuid:pk>/revoke/", profile.revoke_token, name="revoke_token"),
    path("staff/", staff.staff_list, name="staff"),
    path("staff/add/", staff.add_staff, name="add_staff"),
    path("staff/<uuid:pk>/", staff.staff_member, name="staff_member"),
    path("staff/<uuid:pk>/roles/", staff.change_roles, name="change_roles"),
    path("staff/<uuid:pk>/end/", staff.end_membership, name="end_membership"),
    path("staff/<uuid:pk>/password/", staff.reset_password, name="reset_password"),
    path("staff/<uuid:pk>/factor/", factors.reset_factor, name="reset_factor"),
    path("staff/roles/", roles.role_requests, name="role_requests"),
    path("staff/roles/<uuid:pk>/approve/", roles.approve_role, name="approve_role"),
    path("staff/roles/<uuid:pk>/refuse/", roles.refuse_role, name="refuse_role"),
    path("practice/", practice.practice_settings, name="practice_settings"),
    path("practice/edit/", practice.edit_practice_settings, name="edit_practice_settings"),
    path("audit/", audit.audit_log, name="audit_log"),
    path("style-guide/", style_guide.style_guide, name="style_guide"),
]
