"""What an interaction may ask of the database and of Slack before it is answered: counters, never seconds."""


from tests.round_trips import counted


def test_show(house):
    for name, a in counted(house).items():
        print(f'    "{name}": ({a.statements}, {a.round_trips}, {a.calls}),')
