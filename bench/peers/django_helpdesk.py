"""django-helpdesk as a peer of the benchmark `peers`, with its default settings, on SQLite.

    django_helpdesk.py FOLDER create HOST PORT USER PASSWORD    create the database, and a queue that reads the mailbox
    django_helpdesk.py FOLDER COMMAND …                         run a management command, for example get_email
    django_helpdesk.py FOLDER count                             print the numbers of tickets and of stored mails as JSON

It runs in an environment of its own, which `make bench-peers` creates.
"""

import json
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.urls import include, path

FOLDER = Path(sys.argv[1]).absolute()

#: The settings that a project must have. Mail is rendered and then discarded, because no relay runs; the default
#: backend would try to connect for each mail.
settings.configure(
    SECRET_KEY="benchmark",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER / "helpdesk.sqlite3"}},
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.sites",
        "django.contrib.humanize",
        "rest_framework",
        "helpdesk",
    ],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    ROOT_URLCONF=__name__,
    EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    MEDIA_ROOT=FOLDER / "media",
    SITE_ID=1,
    HELPDESK_TEAMS_MODE_ENABLED=False,  # teams need another package, and mail does not use them
    USE_TZ=True,
)
django.setup()
urlpatterns = [path("", include("helpdesk.urls", namespace="helpdesk"))]


def create(host: str, port: str, user: str, password: str) -> None:
    from helpdesk.models import Queue

    call_command("migrate", verbosity=0)
    Queue.objects.create(
        title="Support",
        slug="support",
        email_address="support@desk.example",
        allow_email_submission=True,
        email_box_type="imap",
        email_box_host=host,
        email_box_port=int(port),
        email_box_user=user,
        email_box_pass=password,
        email_box_interval=0,
    )


def count() -> None:
    from helpdesk.models import FollowUp, Ticket

    print(json.dumps({"tickets": Ticket.objects.count(), "mails": FollowUp.objects.count()}))


def main() -> None:
    command, *words = sys.argv[2:]
    if command == "create":
        create(*words)
    elif command == "count":
        count()
    else:
        call_command(command, *words)


if __name__ == "__main__":
    main()
