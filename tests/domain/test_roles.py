"""Who may do what: one table, and sentences that name those who may."""

import pytest

from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.domain.roles import PERMISSIONS, ContactRole, Permission, Role, allows, who_may

# fmt: off
MAY = {
    Permission.FILE_FOR_CLIENT: "engineer lead approver service_owner account_manager finance executive admin",
    Permission.WORK:            "engineer lead service_owner",
    Permission.LEAD_QUEUE:      "lead service_owner",
    Permission.LOG_TIME:        "engineer lead approver service_owner account_manager finance executive admin",
    Permission.SEE_HOURS_OF_OTHERS: "lead service_owner account_manager finance executive",
    Permission.WRITE:           "engineer lead approver service_owner account_manager finance executive admin",
    Permission.MANAGE_ACCOUNTS: "lead service_owner account_manager admin",
    Permission.SET_ABSENCE_OF_OTHERS: "lead service_owner admin",
    Permission.CHANGE_ROTA:     "lead service_owner admin",
    Permission.MEND_DELIVERIES: "lead service_owner admin",
    Permission.PLAN_WITH_CLIENTS: "engineer lead service_owner account_manager admin",
    Permission.WORK_ON_RELEASES: "engineer lead approver service_owner",
    Permission.PLAN_RELEASES:   "lead approver service_owner",
    Permission.SEE_MONEY:       "lead service_owner account_manager finance executive admin",
    Permission.MAKE_AGREEMENTS: "account_manager finance executive admin",
    Permission.REVIEW_BILLING:  "lead service_owner account_manager finance",
    Permission.INVOICE:         "finance",
}
# fmt: on


def test_every_permission_is_in_this_table_and_in_the_rules():
    assert MAY.keys() == PERMISSIONS.keys() == set(Permission)


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("role", Role)
def test_a_role_may_what_the_table_says(role, permission):
    member = Person(name="Kim", roles=[role.value])
    assert allows([role.value], permission) is member.may(permission) is (role.value in MAY[permission].split())


@pytest.mark.parametrize("permission", Permission)
def test_a_contact_has_no_staff_permission_even_where_a_role_has_the_same_name(permission):
    everything = Person(name="Cleo", account_id=1, roles=[*map(str, ContactRole), *map(str, Role)])
    assert not everything.may(permission)


def test_somebody_with_several_roles_may_what_any_of_them_may():
    both = Person(name="Lea", roles=["finance", "engineer"])
    assert both.may(Permission.WORK)
    assert both.may(Permission.FILE_FOR_CLIENT)
    assert not both.may(Permission.LEAD_QUEUE)


@pytest.mark.parametrize("roles", [[], ["owner"], ["Engineer"]])
def test_a_word_that_is_no_role_allows_nothing(roles):
    assert not any(allows(roles, permission) for permission in Permission)


@pytest.mark.parametrize("permission", Permission)
def test_a_refusal_names_who_may_and_what(permission):
    nobody = Person(name="Ana", account_id=1, roles=["requester"])
    with pytest.raises(Refused) as refused:
        nobody.require(permission)
    sentence = str(refused.value)
    assert sentence == f"Only {who_may(permission)} may {permission.value}. Ask one of them."
    if len(MAY[permission].split()) < len(Role):
        assert all(role.replace("_", " ") in sentence for role in MAY[permission].split())
    else:
        assert "the support team" in sentence
    assert "_" not in sentence


def test_who_may_reads_as_a_sentence():
    assert who_may(Permission.LEAD_QUEUE) == "a lead or a service owner"
    assert who_may(Permission.WORK) == "an engineer, a lead or a service owner"


def test_the_roles_are_those_the_setup_file_knows():
    assert [*map(str, Role)] == [
        "engineer", "lead", "approver", "service_owner", "account_manager", "finance", "executive", "admin",
    ]  # fmt: skip
    assert [*map(str, ContactRole)] == ["requester", "approver", "content_owner", "technical", "security"]
