from django.db import migrations, models

# Offers that are open now come to their moments as if they had always had them.
OPEN_NOW = """
UPDATE cases_handover SET tell_at = now() WHERE state IN ('awaiting_mandate', 'offered')
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0013_clock_of_a_court"),
    ]

    operations = [
        migrations.AddField(
            model_name="handover",
            name="tell_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="handover",
            name="told",
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        migrations.AddIndex(
            model_name="handover",
            index=models.Index(
                condition=models.Q(("tell_at__isnull", False)),
                fields=["tell_at"],
                name="offer_to_tell",
            ),
        ),
        migrations.RunSQL(OPEN_NOW, migrations.RunSQL.noop),
    ]
