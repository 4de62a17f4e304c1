"""A signed-in visitor of the portal."""
import re

import requests


class Visitor(requests.Session):
    """A browser's cookies and CSRF token over plain HTTP; paths instead of URLs.

    The session cookie is Secure; as a browser on localhost would, it is sent back all the same.
    """

    def __init__(self, url):
        super().__init__()
        self.url = url
        self.csrf = None

    def request(self, method, path, **options):
        options.setdefault("timeout", 20)
        options.setdefault("allow_redirects", False)
        headers = dict(options.pop("headers", None) or {})
        if self.csrf and method.upper() not in ("GET", "HEAD"):
            headers.setdefault("X-CSRF-Token", self.csrf)
        for cookie in self.cookies:
            cookie.secure = False
        return super().request(method, path if path.startswith("http") else self.url + path, headers=headers, **options)

    def get(self, path, **options):
        options.setdefault("allow_redirects", False)  # requests' own get() would follow
        return super().get(path, **options)

    def read_csrf(self, path="/login"):
        page = self.get(path, headers={"Accept": "text/html"})
        found = re.search(r'<meta name="csrf-token" content="([^"]+)"', page.text)
        assert found, f"{path} ({page.status_code}) carries no CSRF token"
        self.csrf = found.group(1)
        return self.csrf

    def login(self, name="admin", password="correct horse"):
        self.read_csrf("/login")
        answer = self.post("/login", data={"username": name, "password": password, "csrf_token": self.csrf})
        assert answer.status_code == 302, f"login: {answer.status_code}"
        self.csrf = None
        try:
            self.read_csrf("/login/profile")
        except AssertionError:
            self.read_csrf("/login/summary")
        return self

    def json(self, path, **options):
        answer = self.get(path, **options)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:300]}"
        return answer.json()


def bearer(url, name="admin", password="correct horse"):
    """The Authorization header of a JWT."""
    answer = requests.post(url + "/login", json={"username": name, "password": password}, timeout=20)
    assert answer.status_code == 200, answer.text
    return {"Authorization": "Bearer " + answer.json()["access_token"]}
