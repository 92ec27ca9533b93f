"""The people of a project and the accounts of the server as pages: what the forms send, and who is shown them."""

from __future__ import annotations

PASSWORD = "correct horse battery"
HTML = {"Accept": "text/html"}


def test_who_is_no_administrator_sees_the_people_and_no_form(server):
    bob = server.browser("reader", "curator", user=server.user("Bob"))
    page = bob.ask("GET", "/people", headers=HTML).text
    assert bob.caller.email in page and "curator, reader" in page and 'action="/people"' not in page
    assert 'action="/people"' in server.browser("admin").ask("GET", "/people", headers=HTML).text


def test_ticked_roles_are_given_and_none_at_all_takes_somebody_out(server):
    chief, ada = server.browser("admin"), server.user("Ada")
    sent = chief.ask("POST", "/people", data={"account": ada.email, "role": ["reader", "analyst"]})
    assert sent.status_code == 303 and sent.headers["location"] == "/people"
    assert server.held.projects.of(ada.id)[0].roles == {"reader", "analyst"}
    page = chief.ask("GET", "/people", headers=HTML).text
    row = page[page.index(ada.email) :].partition("</form>")[0]
    assert row.count(" checked") == 2 and 'value="analyst" checked' in row
    chief.ask("POST", "/people", data={"account": ada.id})
    assert server.held.projects.of(ada.id) == []


def test_an_account_and_a_project_are_made_by_a_form(fresh):
    chief = fresh.browser(admin=True)
    person = {"email": "bob@example.org", "name": "<i>Bob</i>", "password": PASSWORD}
    assert chief.ask("POST", "/accounts", data=person).headers["location"] == "/accounts"
    bob = fresh.held.accounts.login("bob@example.org", PASSWORD)
    assert not bob.admin
    assert chief.ask("POST", "/projects", data={"name": "Ion channels", "admin": bob.email}).status_code == 303
    (made,) = fresh.held.projects.of(bob.id)
    assert (made.name, made.roles) == ("Ion channels", {"admin"})
    assert chief.ask("POST", f"/projects/{made.id}/admins", data={"account": chief.caller.email}).status_code == 303
    page = chief.ask("GET", "/accounts", headers=HTML).text
    row = page[page.index('<th scope="row">Ion channels<') :].partition("</tr>")[0]
    assert '<td class="num">2</td>' in row and "&lt;i&gt;Bob&lt;/i&gt;, Ada" in row
    assert chief.ask("POST", "/projects", data={"name": "Ion channels", "admin": bob.email}).status_code == 422


def test_an_account_is_shut_and_a_password_set_by_buttons_but_not_one_s_own_account(fresh):
    chief, bob = fresh.browser(admin=True), fresh.user("Bob", password=PASSWORD)
    shut = f'action="/accounts/{bob.id}"'
    assert shut in chief.ask("GET", "/accounts", headers=HTML).text
    assert chief.ask("POST", f"/accounts/{bob.id}", data={"disabled": "true"}).status_code == 303
    assert fresh.held.accounts.get(bob.id).disabled
    chief.ask("POST", f"/accounts/{bob.id}", data={"password": PASSWORD + " staple"})
    assert fresh.held.accounts.get(bob.id).disabled  # another password opens no account
    assert chief.ask("POST", f"/accounts/{bob.id}", data={"disabled": "false", "password": ""}).status_code == 303
    assert fresh.held.accounts.login(bob.email, PASSWORD + " staple").id == bob.id
    own = chief.ask("POST", f"/accounts/{chief.caller.user}", data={"disabled": "true"})
    assert own.status_code == 422 and not fresh.held.accounts.get(chief.caller.user).disabled
