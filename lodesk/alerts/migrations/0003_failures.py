from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('alerts', '0002_about'),
    ]

    operations = [
        migrations.AddField(
            model_name='delivery',
            name='failed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state', 'failed')), fields=['failed_at'], name='delivery_failed'),
        ),
    ]
