"""Addresses of the alerts."""

from django.urls import path

from lodesk.alerts import views

urlpatterns = [
    path("alerts/", views.inbox, name="inbox"),
    path("alerts/read", views.alerts_read, name="alerts_read"),
    path("alerts/unread", views.alerts_unread, name="alerts_unread"),
    path("alerts/failed", views.mail_failures, name="mail_failures"),
    path("me/mail", views.mail_preferences, name="mail_preferences"),
]
