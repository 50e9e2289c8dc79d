"""Who works when: the rota with its zones, days off, hours that nobody covers, notes for whoever comes next. Pure."""
