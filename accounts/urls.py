"""Addresses of sign-in and of one's own account."""

from allauth.account.views import LogoutView
from django.urls import path

from accounts.views.language import set_language
from accounts.views.log import log
from accounts.views.profile import profile

urlpatterns = [
    path("sign-out/", LogoutView.as_view(), name="account_logout"),
    path("log/", log, name="log"),
    path("me/", profile, name="profile"),
    path("language", set_language, name="set_language"),
]
