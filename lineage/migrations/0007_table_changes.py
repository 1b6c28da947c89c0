import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('lineage', '0006_telling'),
    ]

    operations = [
        migrations.CreateModel(
            name='TableChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('DROP', 'Dropped'), ('RENAME', 'Renamed'), ('TRUNCATE', 'Emptied')], max_length=8)),
                ('run', models.TextField(help_text='Of the run that says so; of a statement, its moment')),
                ('at', models.DateTimeField()),
                ('producer', models.TextField(blank=True)),
                ('settled_at', models.DateTimeField(help_text='When teams were told, or it was seen that nobody need be', null=True)),
                ('before', models.ForeignKey(db_constraint=False, db_index=False, help_text='What it was called before', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='lineage.node')),
                ('node', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='changes', to='lineage.node')),
            ],
            options={
                'ordering': ['-at', '-pk'],
                'indexes': [
                    models.Index(condition=models.Q(('settled_at', None)), fields=['at'], name='change_to_tell'),
                    models.Index(condition=models.Q(('before__isnull', False)), fields=['before'], name='change_by_old_name'),
                ],
                'constraints': [models.UniqueConstraint(fields=('node', 'kind', 'run'), name='one_change_per_run')],
            },
        ),
    ]
