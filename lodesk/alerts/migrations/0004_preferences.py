import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('alerts', '0003_failures'),
    ]

    operations = [
        migrations.CreateModel(
            name='Digest',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('made_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('pending', 'waiting to be sent'), ('sent', 'sent'), ('deferred', 'deferred'), ('failed', 'failed'), ('dropped', 'dropped: no access any more')], default='pending', max_length=8)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField()),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state__in', ('pending', 'deferred'))), fields=['next_try_at'], name='digest_due')],
            },
        ),
        migrations.CreateModel(
            name='MailPreference',
            fields=[
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='accounts.person')),
                ('tasks', models.CharField(choices=[('at_once', 'by mail, at once'), ('digest', 'by mail, in the morning digest'), ('inbox', 'in the inbox only')], default='at_once', max_length=8)),
                ('openings', models.CharField(choices=[('at_once', 'by mail, at once'), ('digest', 'by mail, in the morning digest'), ('inbox', 'in the inbox only')], default='at_once', max_length=8)),
                ('quiet_from', models.TimeField(null=True)),
                ('quiet_until', models.TimeField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('tasks__in', ['at_once', 'digest', 'inbox']), ('openings__in', ['at_once', 'digest', 'inbox'])), name='mail_preference_known'), models.CheckConstraint(condition=models.Q(models.Q(('quiet_from__isnull', True), ('quiet_until__isnull', True)), models.Q(('quiet_from__isnull', False), ('quiet_until__isnull', False), models.Q(('quiet_from', models.F('quiet_until')), _negated=True)), _connector='OR'), name='quiet_hours_begin_and_end')],
            },
        ),
        migrations.AddField(
            model_name='delivery',
            name='digest',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='alerts.digest'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='held_until',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='channel',
            field=models.CharField(choices=[('mail', 'mail'), ('digest', 'morning digest')], default='mail', max_length=8),
        ),
    ]
