from django.db import migrations, models

# Lines of before: the triggers that keep these columns come with the border, after this.
FILL = """
UPDATE cases_reader r
SET kind = d.kind, crime_area = d.crime_area, host_country = d.host_country, urgency = d.urgency
FROM cases_dossier d WHERE d.id = r.dossier_id
"""


def column(name, length):
    return migrations.AddField(
        model_name='reader',
        name=name,
        field=models.CharField(default='', max_length=length),
        preserve_default=False,
    )


def index(name, scope, moment):
    return migrations.AddIndex(
        model_name='reader',
        index=models.Index(fields=['principal', scope, 'owner', 'phase', moment, 'dossier'], name=name),
    )


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0009_tasks_links_projects_templates'),
    ]

    operations = [
        column('kind', 20),
        column('crime_area', 20),
        column('host_country', 2),
        column('urgency', 8),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        index('reader_of_host_by_due', 'host_country', 'due'),
        index('reader_of_host_by_opening', 'host_country', 'opened_at'),
        index('reader_of_area_by_due', 'crime_area', 'due'),
        index('reader_of_area_by_opening', 'crime_area', 'opened_at'),
        index('reader_of_kind_by_due', 'kind', 'due'),
        index('reader_of_kind_by_opening', 'kind', 'opened_at'),
    ]
