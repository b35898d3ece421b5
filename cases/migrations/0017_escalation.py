import datetime

import django.db.models.expressions
from django.db import migrations, models

# Offers that are open now come to their moments as if they had always had them.
OPEN_NOW = """
UPDATE cases_handover SET tell_at = now() WHERE state IN ('awaiting_mandate', 'offered')
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0016_rotations'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='clock',
            name='clock_rule_fits_kind',
        ),
        migrations.RemoveConstraint(
            model_name='clock',
            name='clock_term_follows_rule',
        ),
        migrations.AlterField(
            model_name='clock',
            name='kind',
            field=models.CharField(choices=[('answer', 'Answer'), ('confirmation', 'Written confirmation'), ('host_authority', 'Answer of the host authority'), ('headquarters', 'Answer of headquarters'), ('authorisation', 'Judicial authorisation'), ('review', 'Review'), ('first_look', 'First look'), ('own', 'Own deadline')], max_length=16),
        ),
        migrations.AlterField(
            model_name='clock',
            name='rule',
            field=models.CharField(blank=True, choices=[('', 'set by hand'), ('8h', '8 hours: urgent, directly accessible'), ('3d', '3 calendar days: urgent, indirectly accessible'), ('7d', '7 calendar days: every other request'), ('10wd_owner', '10 working days of the owner country: national rule'), ('24h', '24 hours: an oral exchange is confirmed in writing'), ('10wd_host', '10 working days of the host country'), ('5wd_host', '5 working days of the host country: reminder'), ('2wd_owner', '2 working days of the owner country'), ('6m', '6 months: review after closing'), ('1h', '1 hour: somebody looks at an urgent dossier')], max_length=20, verbose_name='how long'),
        ),
        migrations.AddConstraint(
            model_name='clock',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'answer'), ('rule__in', ['', '8h', '3d', '7d', '10wd_owner'])), models.Q(('kind', 'confirmation'), ('rule__in', ['24h'])), models.Q(('kind', 'host_authority'), ('rule__in', ['10wd_host', '5wd_host', ''])), models.Q(('kind', 'headquarters'), ('rule__in', ['2wd_owner', ''])), models.Q(('kind', 'authorisation'), ('rule__in', [''])), models.Q(('kind', 'review'), ('rule__in', ['6m', ''])), models.Q(('kind', 'first_look'), ('rule__in', ['1h'])), models.Q(('kind', 'own'), ('rule__in', [''])), _connector='OR'), name='clock_rule_fits_kind'),
        ),
        migrations.AddConstraint(
            model_name='clock',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('rule', '8h'), _negated=True), ('term_at', django.db.models.expressions.CombinedExpression(models.F('starts_at'), '+', models.Value(datetime.timedelta(seconds=28800)))), _connector='OR'), models.Q(models.Q(('rule', '3d'), _negated=True), ('term_at', django.db.models.expressions.CombinedExpression(models.F('starts_at'), '+', models.Value(datetime.timedelta(days=3)))), _connector='OR'), models.Q(models.Q(('rule', '7d'), _negated=True), ('term_at', django.db.models.expressions.CombinedExpression(models.F('starts_at'), '+', models.Value(datetime.timedelta(days=7)))), _connector='OR'), models.Q(models.Q(('rule', '10wd_owner'), _negated=True), ('term_at__gt', models.F('starts_at')), _connector='OR'), models.Q(models.Q(('rule', '24h'), _negated=True), ('term_at', django.db.models.expressions.CombinedExpression(models.F('starts_at'), '+', models.Value(datetime.timedelta(days=1)))), _connector='OR'), models.Q(models.Q(('rule', '10wd_host'), _negated=True), ('term_at__gt', models.F('starts_at')), _connector='OR'), models.Q(models.Q(('rule', '5wd_host'), _negated=True), ('term_at__gt', models.F('starts_at')), _connector='OR'), models.Q(models.Q(('rule', '2wd_owner'), _negated=True), ('term_at__gt', models.F('starts_at')), _connector='OR'), models.Q(models.Q(('rule', '6m'), _negated=True), ('term_at__gt', models.F('starts_at')), _connector='OR'), models.Q(models.Q(('rule', '1h'), _negated=True), ('term_at', django.db.models.expressions.CombinedExpression(models.F('starts_at'), '+', models.Value(datetime.timedelta(seconds=3600)))), _connector='OR'), models.Q(models.Q(('kind', 'review'), _negated=True), ('term_at__lte', django.db.models.expressions.CombinedExpression(models.F('starts_at'), '+', models.Value(datetime.timedelta(days=184, seconds=3600)))), _connector='OR')), name='clock_term_follows_rule'),
        ),
        migrations.AddField(
            model_name='handover',
            name='tell_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='handover',
            name='told',
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        migrations.AddIndex(
            model_name='handover',
            index=models.Index(condition=models.Q(('tell_at__isnull', False)), fields=['tell_at'], name='offer_to_tell'),
        ),
        migrations.RunSQL(OPEN_NOW, migrations.RunSQL.noop),
    ]
