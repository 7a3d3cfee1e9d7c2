"""Supply-side parties: application, review, approval, teams.

Doors: `domain.applications` (apply, register, approve, suspend...), `domain.teams`,
`domain.profiles`; `permissions` (Verb, can, may, require, is_operator); `queries` (PartnerSummary
and lists). Events out: partners.partner_{applied,approved,rejected,suspended,resumed,closed,
changed}, partners.team_member_{joined,left}. Whoever joins a team gets the account's role of the
partner's kind from identity, and django-guardian grants of the verbs of their role in the team.
"""
