"""The settings: one's own account, where one is signed in, keys, and who belongs to the workspace."""

import re

import httpx2
from playwright.sync_api import Locator, expect

from tests.browser.people import PASSWORD, invited, set_up
from tests.browser.visitor import PHONE, Enter, Visitor
from tests.support.system import System, until


def item(visitor: Visitor, of: str, text: str) -> Locator:
    """What the list says of one thing."""
    return visitor.page.get_by_role("list", name=of).get_by_role("listitem").filter(has_text=text)


def confirm(visitor: Visitor, button: str) -> None:
    visitor.page.get_by_role("dialog").get_by_role("button", name=button).click()
    expect(visitor.page.get_by_role("dialog")).to_be_hidden()


def test_a_key_is_shown_once_works_and_is_refused_when_it_is_revoked(visitor: Visitor, z2: System) -> None:
    page = visitor.page
    visitor.visit("/settings/keys", "Settings")
    page.get_by_role("button", name="New key").click()
    expect(page.get_by_label("What it is for")).to_be_focused()
    page.keyboard.type("Nightly reports")
    page.get_by_label("Ends after").select_option(label="30 days")
    page.get_by_label("Start runs").check()
    page.get_by_role("button", name="Make the key").click()
    key = page.get_by_text(re.compile("^z2_")).inner_text()
    with httpx2.Client(base_url=z2.url, headers={"Authorization": f"Bearer {key}"}) as service:
        session = service.get("/api/session").json()
        assert session["scopes"] == ["read", "runs:start"]
        page.get_by_role("button", name="I have it").click()
        expect(page.get_by_role("button", name="New key")).to_be_focused()
        page.reload()
        shown = item(visitor, "API keys", "Nightly reports")
        expect(shown).to_contain_text("See agents, workflows and runs · Start runs")
        expect(page.get_by_text(key)).to_have_count(0)
        shown.get_by_role("button", name="Revoke").click()
        confirm(visitor, "Revoke the key")
        expect(shown).to_have_count(0)
        until(lambda: service.get("/api/session").status_code == 401, 2)


def test_a_sign_in_is_ended_from_another_one(enter: Enter, z2: System) -> None:
    here, there, person = enter(), enter(PHONE), invited(z2)
    set_up(here, person)
    there.sign_in(person.name, PASSWORD)
    here.visit("/settings/sign-ins", "Settings")
    logins = here.page.get_by_role("list", name="Sign-ins").get_by_role("listitem")
    expect(logins).to_have_count(2)
    expect(logins.filter(has_text="This one")).to_have_count(1)
    expect(logins.filter(has_text="In the workspace ")).to_have_count(2)
    logins.get_by_role("button", name="Sign out").click()
    expect(logins).to_have_count(1)
    there.page.goto("/settings")
    expect(there.page.get_by_role("heading", name="Sign in to Z2")).to_be_visible()
    there.give_password(person.name, PASSWORD)
    expect(there.page.get_by_role("heading", name="Settings", level=1)).to_be_visible()
    there.forgive("status of 401")


def test_signing_out_everywhere_ends_this_sign_in_too(enter: Enter, z2: System) -> None:
    here, there, person = enter(), enter(), invited(z2)
    set_up(here, person)
    there.sign_in(person.name, PASSWORD)
    here.visit("/settings/sign-ins", "Settings")
    here.page.get_by_role("button", name="Sign out everywhere").click()
    here.page.get_by_role("dialog").get_by_role("button", name="Sign out everywhere").click()
    expect(here.page.get_by_role("heading", name="Sign in to Z2")).to_be_visible()
    there.page.goto("/agents")
    expect(there.page.get_by_role("heading", name="Sign in to Z2")).to_be_visible()
    for visitor in (here, there):
        visitor.page.wait_for_load_state("networkidle")
        visitor.forgive("status of 401")


def test_a_changed_password_ends_the_other_sign_ins_and_opens_from_then_on(enter: Enter, z2: System) -> None:
    here, there, person = enter(), enter(), invited(z2)
    set_up(here, person)
    there.sign_in(person.name, PASSWORD)
    page = here.page
    here.visit("/settings", "Settings")
    panel = page.get_by_role("region", name="Password")
    panel.get_by_role("button", name="Change").click()
    present = page.get_by_label("Your present password", exact=True)
    expect(present).to_be_focused()
    present.fill("not this one")
    page.get_by_label("New password", exact=True).fill("another tide at noon")
    panel.get_by_role("button", name="Change the password").click()
    expect(present).to_have_accessible_description(re.compile("not the password that you have now"))
    present.fill(PASSWORD)
    panel.get_by_role("button", name="Change the password").click()
    expect(page.get_by_text("Your password is changed")).to_be_visible()
    there.page.goto("/agents")
    there.give_password(person.name, "another tide at noon")
    expect(there.page.get_by_role("heading", name="Agents", level=1)).to_be_visible()
    here.visit("/settings/sign-ins", "Settings")
    here.forgive("status of 422")
    there.forgive("status of 401")


def test_another_name_and_address_are_shown_at_once(enter: Enter, z2: System) -> None:
    visitor, person = enter(), invited(z2)
    set_up(visitor, person)
    page = visitor.page
    visitor.visit("/settings", "Settings")
    page.get_by_role("textbox", name="Name").fill(f"lady {person.name}")
    page.get_by_role("button", name="Save the name").click()
    expect(page.get_by_role("button", name=f"Account: lady {person.name}")).to_be_visible()
    page.get_by_role("button", name="Add one").click()
    page.get_by_label("New address").fill(f"{person.name}@example.org")
    page.get_by_label("Your password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Save the address").click()
    panel = page.get_by_role("region", name="E-mail address")
    expect(panel).to_contain_text(f"{person.name}@example.org")
    expect(panel).to_contain_text("Not confirmed")
    assert visitor.barriers() == []


def test_a_tour_of_the_members(enter: Enter, z2: System) -> None:
    admin, newcomer = enter(), enter(PHONE)
    admin.sign_in()
    page = admin.page
    admin.visit("/settings/members", "Settings")
    page.get_by_role("button", name="New member").click()
    page.keyboard.type("Mary of the tour")
    page.get_by_role("button", name="Make the account").click()
    link = page.get_by_text("/set-up#").inner_text()
    page.get_by_role("button", name="I have it").click()
    newcomer.page.goto(link)
    newcomer.page.get_by_label("Password", exact=True).fill(PASSWORD)
    newcomer.page.get_by_role("button", name="Set up and sign in").click()
    expect(newcomer.page.get_by_role("heading", name="Runs", level=1)).to_be_visible()

    mary = item(admin, "Members", "Mary of the tour")
    mary.get_by_label("Role of").select_option("admin")
    expect(mary.get_by_label("Role of")).to_have_value("admin")
    newcomer.visit("/settings/members", "Settings")
    mary.get_by_role("button", name="Disable").click()
    confirm(admin, "Disable the account")
    expect(mary).to_contain_text("Disabled")
    newcomer.page.goto("/runs")
    newcomer.give_password("Mary of the tour", PASSWORD)
    expect(newcomer.page.get_by_role("alert")).to_contain_text("The name or the password is wrong.")
    mary.get_by_role("button", name="Enable").click()
    expect(mary).not_to_contain_text("Disabled")
    newcomer.page.get_by_role("button", name="Sign in", exact=True).click()
    expect(newcomer.page.get_by_role("heading", name="Runs", level=1)).to_be_visible()
    mary.get_by_role("button", name="Remove").click()
    confirm(admin, "Remove the member")
    expect(mary).to_have_count(0)
    newcomer.forgive("status of (401|403)")


def test_an_invitation_is_made_and_withdrawn(visitor: Visitor) -> None:
    page = visitor.page
    visitor.visit("/settings/members", "Settings")
    page.get_by_role("button", name="Invite", exact=True).click()
    page.keyboard.type("guest@example.org")
    page.get_by_role("button", name="Make the invitation").click()
    expect(page.get_by_text("/invitation#")).to_be_visible()
    page.get_by_role("button", name="I have it").click()
    guest = item(visitor, "Invitations", "guest@example.org")
    guest.get_by_role("button", name="Withdraw").click()
    confirm(visitor, "Withdraw the invitation")
    expect(guest).to_have_count(0)


def test_what_one_may_not_do_is_not_offered(enter: Enter, z2: System) -> None:
    visitor = enter()
    set_up(visitor, invited(z2))
    visitor.visit("/settings", "Settings")
    parts = visitor.page.get_by_role("navigation", name="Settings").get_by_role("link")
    expect(parts).to_have_text(["Profile", "Sign-ins", "API keys", "Workspaces"])
    visitor.visit("/settings/members", "Settings")
    expect(visitor.page.get_by_text("Your role does not allow this")).to_be_visible()
    visitor.visit("/settings/workspaces", "Settings")
    expect(item(visitor, "Workspaces", "Home")).to_be_visible()
    expect(visitor.page.get_by_role("button", name="New workspace")).to_have_count(0)


def test_a_role_of_the_workspaces_own_can_be_given_and_is_removed_only_when_nobody_has_it(
    visitor: Visitor, z2: System
) -> None:
    page, person = visitor.page, invited(z2)
    visitor.visit("/settings/roles", "Settings")
    page.get_by_role("button", name="New role").click()
    page.keyboard.type("reviewer")
    page.get_by_label("Pause and cancel runs, retry and skip steps").check()
    page.get_by_role("button", name="Save the role").click()
    role = item(visitor, "Roles", "reviewer")
    expect(role).to_contain_text("See agents, workflows and runs · Pause and cancel runs, retry and skip steps")
    visitor.visit("/settings/members", "Settings")
    choice = item(visitor, "Members", person.name).get_by_label("Role of")
    choice.select_option("reviewer")
    expect(choice).to_be_enabled()
    visitor.visit("/settings/roles", "Settings")
    expect(role).to_contain_text("1 member")
    expect(role.get_by_role("button", name="Remove")).to_have_count(0)


def test_one_goes_on_in_another_workspace_and_comes_back(visitor: Visitor) -> None:
    page = visitor.page
    visitor.visit("/settings/workspaces", "Settings")
    page.get_by_role("button", name="New workspace").click()
    page.keyboard.type("Lighthouse")
    page.get_by_role("button", name="Found the workspace").click()
    page.get_by_role("button", name="Go there: Lighthouse").click()
    expect(page.get_by_role("heading", name="No runs yet")).to_be_visible()
    menu = visitor.open_account()
    expect(menu).to_contain_text("admin in Lighthouse")
    menu.get_by_role("link", name="Workspaces").click()
    page.get_by_role("button", name="Go there: Home").click()
    expect(page.get_by_role("heading", name="Runs", level=1)).to_be_visible()
    expect(visitor.open_account()).to_contain_text("admin in Home")
