"""The mutation check: loosen the border in one place at a time, and see the suite notice.

    .venv/bin/python -m tests.mutants              # everything, resumable
    .venv/bin/python -m tests.mutants --list       # what would be loosened
    .venv/bin/python -m tests.mutants --only grant_border
    .venv/bin/python -m tests.mutants --sample 25 --seed 1

A mutant is one thing made looser: a policy that lets everybody through, a condition taken out, a
trigger dropped, a right given. Where they come from: `border.py` and `rights.py` (PostgreSQL, from
the files of */sql and the models), `wall.py` (cases/policy.py). Each is put into a fresh copy of
the test database by `trying.py`, and the tests run until one fails; `order.py` says which first.
What no test can notice is argued, one by one, in `equivalent.py`.
"""
