"""Whether a note says what was done. The author is asked once and never held up; a billing review looks again.

A note is vague that is “(undescribed …”, has fewer than 15 characters or 3 words, or of whose words half say
nothing. Words that say nothing are listed by language, and a note is held against each list on its own.
"""

import re

SHORTEST, FEWEST_WORDS = 15, 3
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
# fmt: off
SAY_NOTHING: dict[str, frozenset[str]] = {
    "en": frozenset("""
        a about add adhoc again all also an and any as asked at bit bug call calls chase check checked checking client
        customer day did discuss discussed discussion do doing done email emails etc fix fixed fixes fixing follow for
        from further general had handle handled help helped in into issue issues it items look looked looking made make
        meeting meetings minor misc miscellaneous more my of off on ongoing other our out problem problems progress
        query request requests review reviewed several small some stand standup stuff sup support task tasks team that
        the them then these thing things this those ticket tickets to today up update updated updates updating various
        was we week weekly were with work worked working works
    """.split()),  # noqa: SIM905  a list to read
    "de": frozenset("""
        ab aber allgemein alles am an anfrage anruf arbeit arbeiten auch auf aufgabe aufgaben aus bearbeitet bei
        besprechung besprochen das daran de dem den der des die dies diese diverse diverses div ein eine einem einen
        einer erledigt etc fehler für geholfen gemacht geprüft gesprochen hat hilfe ich im in ist kleinigkeiten kunde
        kunden mail mails meeting mit nach nachfrage noch problem probleme prüfung sachen sonstiges support telefonat
        termin ticket tickets über um und unterstützung update verschiedenes vom von war weiter weitere wir woche zu
        zum zur
    """.split()),  # noqa: SIM905
    "fr": frozenset("""
        à aide appel au aux avec ce ces cette chose choses client clients corrigé dans de demande demandes des diverses
        divers du en encore et etc fait général il je la le les mail mails mise mises nous on petite petites petits
        point pour problème problèmes réunion réunions revue sa semaine ses son suite suivi support sur tâche tâches
        ticket tickets traité travail travaux un une vérifié vérification
    """.split()),  # noqa: SIM905
    "es": frozenset("""
        a al algo algunas algunos apoyo asunto ayuda cambios cliente clientes con consulta correo correos cosas de del
        el ella en error es esta este etc general gestión hecho la las llamada lo los más otras otros para petición por
        problema problemas que reunión reuniones revisado revisión se semana seguimiento soporte su tarea tareas ticket
        tickets trabajo un una varias varios y
    """.split()),  # noqa: SIM905
}
# fmt: on


def is_vague(note: str) -> bool:
    """Whether whoever reads it later learns too little from it; an empty one is."""
    said = note.strip()
    words = [word.casefold() for word in _WORD.findall(said)]
    if said.casefold().startswith("(undescribed") or len(said) < SHORTEST or len(words) < FEWEST_WORDS:
        return True
    return any(2 * sum(word in known for word in words) >= len(words) for known in SAY_NOTHING.values())


def says_too_little(note: str, *, has_title: bool) -> bool:
    """The same of an entry: on a ticket or a project the note is optional, and one that is there should help."""
    return is_vague(note) and bool(note or not has_title)
