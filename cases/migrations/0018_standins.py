import datetime
import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    """Stand-ins, and the grants and entries that are theirs."""

    dependencies = [
        ('accounts', '0002_absences'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('cases', '0017_escalation'),
    ]

    operations = [
        migrations.CreateModel(
            name='StandIn',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('country', models.CharField(choices=[('BE', 'Belgium'), ('NL', 'the Netherlands'), ('LU', 'Luxembourg')], max_length=2)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('ended_at', models.DateTimeField(null=True)),
                ('begun_at', models.DateTimeField(null=True)),
                ('over_at', models.DateTimeField(null=True)),
                ('absent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
                ('acting', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
                ('desk', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.desk')),
                ('dossier', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.dossier')),
                ('ended_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
                ('made_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
                ('stand_in', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
                ('told', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('over_at__isnull', True)), fields=['desk', 'country'], name='standin_by_desk')],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='standin_ends_after_it_starts'),
                    models.CheckConstraint(condition=models.Q(('absent', models.F('stand_in')), _negated=True), name='standin_of_two_people'),
                    models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='standin_ended_by_somebody'),
                    models.CheckConstraint(condition=models.Q(*(models.Q((f'{field}__isnull', True), (f'{field}__range', (datetime.datetime(1990, 1, 1, 0, 0, tzinfo=datetime.timezone.utc), datetime.datetime(2101, 1, 1, 0, 0, tzinfo=datetime.timezone.utc))), _connector='OR') for field in ('starts_at', 'ends_at', 'made_at', 'ended_at', 'begun_at', 'over_at'))), name='standin_in_our_time'),
                ],
            },
        ),
        migrations.AddField(
            model_name='dossieruserpermission',
            name='standin',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.standin'),
        ),
        migrations.AddField(
            model_name='granthistory',
            name='standin',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.standin'),
        ),
        migrations.AddField(
            model_name='entry',
            name='on_behalf_of',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('on_behalf_of__isnull', False)), fields=['on_behalf_of', '-recorded_at'], name='entry_on_behalf'),
        ),
        migrations.RemoveConstraint(
            model_name='dossieruserpermission',
            name='grant_of_a_person_once',
        ),
        migrations.AddConstraint(
            model_name='dossieruserpermission',
            constraint=models.UniqueConstraint(fields=('user', 'permission', 'content_object', 'mandate', 'standin'), name='grant_of_a_person_once', nulls_distinct=False),
        ),
        migrations.AddIndex(
            model_name='dossieruserpermission',
            index=models.Index(condition=models.Q(('standin__isnull', False)), fields=['content_object', 'user'], name='grant_of_a_standin'),
        ),
    ]
