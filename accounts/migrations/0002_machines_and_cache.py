"""The two machine accounts, and the table of the cache that all processes share."""

from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import migrations

MACHINES = {"system": "System", "import": "Import"}


def make(apps, schema_editor):
    users = apps.get_model("accounts", "User").objects.using(schema_editor.connection.alias)
    for kind, name in MACHINES.items():
        users.get_or_create(
            kind=kind, defaults={"name": name, "email": f"{kind}@machine.localhost", "password": make_password(None)}
        )
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


def unmake(apps, schema_editor):
    apps.get_model("accounts", "User").objects.using(schema_editor.connection.alias).filter(kind__in=MACHINES).delete()
    schema_editor.execute("DROP TABLE cache")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(make, unmake)]
