"""Sign in: allauth's view with our words around it."""

from typing import Any

from allauth.account.views import LoginView

from accounts.selectors import contacts


class SignInView(LoginView):  # type: ignore[misc]
    """The page before the person is known: no reference and no name of a dossier on it."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Give the page whom to call."""
        page: dict[str, Any] = super().get_context_data(**kwargs)
        return {
            "contacts": contacts(),
            "demo_people": [],
            "demo_password": "",
            "signed_out": "",
        } | page
