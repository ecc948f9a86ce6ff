"""The index over HTTP: what is asked is answered, what is wrong is refused, files stay hidden."""

import asyncio
import base64
import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from intertwine.base.errors import OptionError
from intertwine.style import StyleIndex, limits, server
from style_stub import Coarse, drawn

testclient = pytest.importorskip("starlette.testclient", reason="the extra `search`")


def png(number):
    written = io.BytesIO()
    Image.fromarray(drawn(number)).save(written, "PNG")
    return written.getvalue()


@pytest.fixture
def index(photos, tmp_path):
    with StyleIndex(tmp_path / "index", encoder=Coarse()) as index:
        index.update(photos)
        index.add([drawn(n) for n in range(20, 40)], metadata=[{"n": n} for n in range(20, 40)])
        yield index


@pytest.fixture
def client(index, tmp_path):
    app = server.create_app(index, tmp_path / "index")
    with testclient.TestClient(app, "http://127.0.0.1:8000") as client:
        yield client


def test_an_upload_is_answered_as_the_library_answers(client, index):
    weights = {"shape": 1.0, "colour": 0.5}
    answer = client.post("/search", files={"picture": png(77)}, data={"count": 4, **weights})
    hits = index.search(drawn(77), count=4, **weights)
    assert [(h["id"], h["score"]) for h in answer.json()] == [(h.id, h.score) for h in hits]
    assert [h["false_match_rate"] for h in answer.json()] == [h.false_match_rate for h in hits]
    shown = client.get(answer.json()[0]["thumbnail"])
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.content == index[hits[0].id].thumbnail
    narrow = client.post("/search", files={"picture": png(77)}, data={"where": '{"n": 23}'})
    assert [hit["metadata"] for hit in narrow.json()] == [{"n": 23}]


def test_a_hit_is_explained(client, index):
    weights = {"shape": 1.0, "colour": 0.5}
    hit = index.search(drawn(77), count=1, **weights)[0]
    answer = client.post(
        "/explain", files={"picture": png(77)}, data={"id": hit.id, **weights}
    ).json()
    why = index.explain(drawn(77), hit)
    assert answer["score"] == pytest.approx(hit.score, abs=1e-6)
    assert answer["shares"] == pytest.approx(dict(hit.shares), abs=1e-6)
    assert (answer["sentence"], answer["note"]) == (why.sentence, why.note)
    kind, _, written = answer["picture"].partition(",")
    assert kind == "data:image/png;base64"
    with Image.open(io.BytesIO(base64.b64decode(written))) as picture:
        assert np.array_equal(np.asarray(picture), why.draw(240))
    asked = {"id": "picture-3", "hit": "picture-4"}
    answer = client.get("/explain", params=asked).json()
    assert answer["sentence"] == index.explain(id="picture-3", hit="picture-4").sentence
    assert "picture-3 was not added from a file" in answer["note"]
    assert client.get("/explain", params=asked | {"hit": "x"}).status_code == 404
    assert client.get("/explain", params=asked | {"id": "/etc/passwd"}).status_code == 404


def test_a_slow_request_is_given_up(index, monkeypatch):
    monkeypatch.setattr(limits, "MOST_S", 0.05)
    sent = []

    async def receive():
        await asyncio.sleep(5)

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/search", "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"content-type", b"multipart/form-data; boundary=x")],
    }  # fmt: skip
    asyncio.run(server.create_app(index)(scope, receive, send))
    assert sent[0]["status"] == 408
    assert b"A request must arrive within 0.05 s." in sent[1]["body"]


def test_similar_ones_of_the_index(client, index):
    answer = client.get("/similar", params={"id": "picture-3", "count": 2}).json()
    assert [hit["id"] for hit in answer] == [h.id for h in index.search(id="picture-3", count=2)]
    answer = client.get("/similar", params={"id": "picture-3", "where": '{"n": {">": 38}}'}).json()
    assert [hit["metadata"] for hit in answer] == [{"n": 39}]


def test_pictures_come_and_go(client, index, tmp_path):
    added = client.post(
        "/pictures", files={"picture": ("../../x.PNG", png(50))}, data={"metadata": '{"n": 50}'}
    )
    name = added.json()["id"]
    assert added.json() == {"id": name, "replaced": False}
    assert [path.suffix for path in (tmp_path / "index" / "pictures").iterdir()] == [".png"]
    assert client.post("/search", files={"picture": png(50)}).json()[0]["id"] == name
    assert client.post("/pictures", files={"picture": png(50)}).json()["replaced"]
    assert client.delete("/pictures", params={"id": name}).json() == {"removed": 1}
    assert client.delete("/pictures", params={"id": name}).status_code == 404
    assert client.get("/stats").json()["pictures"] == len(index) == 32


def test_the_page_and_its_documentation(client):
    assert "<h1>Style search</h1>" in client.get("/").text
    assert "/search" in client.get("/openapi.json").json()["paths"]


PICTURE = {"picture": png(1)}


@pytest.mark.parametrize(
    ("data", "files", "status", "text"),
    [
        ({}, {"picture": b"no picture"}, 400,
         "The picture cannot be read as a picture: no known format.\n"
         "  Send a JPEG, PNG, WebP, TIFF, AVIF or HEIC picture."),
        ({}, {"picture": b""}, 400, "The picture is empty."),
        ({"shape": 0}, PICTURE, 400, "every weight is 0"),
        ({"texture": 1}, PICTURE, 400, "no texture view"),
        ({"where": '{"a": {"<": true}}'}, PICTURE, 400, "not text or a number"),
        ({"where": '{"a": "\\ud800"}'}, PICTURE, 400, "half a character"),
        ({"where": "[1"}, PICTURE, 400, "`where` is not JSON"),
        ({"where": '{"a": null}'}, PICTURE, 400, "which is not text, a number"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused(client, data, files, status, text):
    answer = client.post("/search", data=data, files=files)
    assert answer.status_code == status
    assert text in answer.json()["detail"]


DESCRIBED = "  /docs describes POST /search."
SENT = "  Send the picture as a file, as curl -F picture=@FILE does."


@pytest.mark.parametrize(
    ("data", "files", "text"),
    [
        ({}, {}, f"`picture` is missing.\n{SENT}"),
        ({"picture": "a.png"}, {}, f"`picture` is a file, not text.\n{SENT}"),
        ({"count": 0}, PICTURE, f"`count` is at least 1, not 0.\n{DESCRIBED}"),
        ({"count": 1001}, PICTURE, f"`count` is at most 1,000, not 1001.\n{DESCRIBED}"),
        ({"count": "ten"}, PICTURE, f"`count` is a whole number, not 'ten'.\n{DESCRIBED}"),
        ({"shape": "nan"}, PICTURE, f"`shape` is a number, not 'nan'.\n{DESCRIBED}"),
        (
            {"shape": "much", "count": 0}, PICTURE,
            f"`shape` is a number, not 'much'.\n`count` is at least 1, not 0.\n{DESCRIBED}",
        ),
    ],
)  # fmt: skip
def test_fields_that_do_not_fit_are_named(client, data, files, text):
    answer = client.post("/search", data=data, files=files)
    assert (answer.status_code, answer.json()) == (422, {"detail": text})


@pytest.mark.parametrize(
    ("method", "path", "how", "status", "text"),
    [
        ("GET", "/similar", {}, 422, "`id` is missing.\n  /docs describes GET /similar."),
        ("GET", "/thumbnail?id=x", {}, 404,
         "There is no picture 'x' in the index.\n"
         "  POST /search names those like a picture of yours."),
        ("GET", "/nothing", {}, 404,
         "There is no route GET /nothing.\n  /docs describes all routes."),
        ("GET", "/search", {}, 405, "There is no GET /search.\n  /search answers POST."),
        ("POST", "/search", {"content": b"x", "headers": {"content-type": "multipart/form-data"}},
         400, "The form cannot be read: Missing boundary in multipart.\n"
         "  Send multipart/form-data, as curl -F picture=@FILE does."),
        ("POST", "/search", {"files": PICTURE, "data": {"where": "[1]"}}, 400,
         '`where` must be a JSON object, not [1].\n  For example: where={"brand": "Acme"}'),
        ("GET", "/stats", {"headers": {"origin": "http://evil.example"}}, 403,
         "Pages of other sites may not ask this index.\n"
         "  Open the page of the index itself: its address without a path."),
        ("GET", "/stats", {"headers": {"host": "evil.example"}}, 400,
         "'evil.example' is not a name of this machine.\n"
         "  Ask 127.0.0.1, or start the server with --host and --token."),
    ],
)  # fmt: skip
def test_every_route_refuses_in_one_format(client, method, path, how, status, text):
    answer = client.request(method, path, **how)
    assert (answer.status_code, answer.json()) == (status, {"detail": text})


def test_a_failure_of_the_server_is_told_in_the_same_format(index):
    app = server.create_app(index)

    @app.get("/broken")
    def broken():
        raise ZeroDivisionError

    client = testclient.TestClient(app, "http://127.0.0.1", raise_server_exceptions=False)
    answer = client.get("/broken")
    assert answer.status_code == 500
    assert answer.json() == {
        "detail": "The server failed: ZeroDivisionError.\n"
        "  Its terminal shows where; please report it with the picture that was sent."
    }


def test_the_description_tells_the_format_of_refusals(client):
    described = client.get("/openapi.json").json()
    for path in described["paths"].values():
        for operation in path.values():
            for status in ("400", "404", "422"):
                schema = operation["responses"][status]["content"]["application/json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Refusal"}


def test_no_file_is_served_that_the_index_does_not_hold(client, photos):
    outside = photos.parent / "secret.png"
    outside.write_bytes(png(60))
    for id in (str(outside), "../secret.png", "/etc/passwd", "writer.lock"):
        assert client.get("/thumbnail", params={"id": id}).status_code == 404
        assert client.get("/similar", params={"id": id}).status_code == 404


def test_large_requests_are_refused(client, monkeypatch):
    monkeypatch.setattr(limits, "MOST_BYTES", 10_000)
    assert client.post("/search", files={"picture": b"0" * 20_000}).status_code == 413

    def unannounced():
        for _ in range(30):
            yield b"0" * 1000

    kind = {"content-type": "multipart/form-data; boundary=x"}
    assert client.post("/search", content=unannounced(), headers=kind).status_code == 413


def test_the_token_is_asked_for(index):
    with testclient.TestClient(server.create_app(index, token="secret")) as client:
        refused = client.get("/stats")
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert refused.json() == {
            "detail": "There is no token in the request.\n"
            "  Send the header Authorization: Bearer TOKEN."
        }
        assert client.post("/search", files={"picture": png(1)}).status_code == 401
        assert client.delete("/pictures", params={"id": "picture-1"}).status_code == 401
        assert client.get("/").status_code == 200  # the page, where the token is written
        assert client.get("/stats", headers={"Authorization": "Bearer other"}).status_code == 401
        bearer = {"Authorization": "Bearer secret"}
        assert client.get("/stats", headers=bearer).json()["pictures"] == 32


def test_other_machines_need_a_token(tmp_path):
    with pytest.raises(OptionError, match=r"--host 0\.0\.0\.0 lets other machines in"):
        server.serve(tmp_path, host="0.0.0.0")


def test_many_at_once(client):
    def ask(number):
        return client.post("/search", files={"picture": png(number)}, data={"count": 3})

    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(ask, range(200)))
    assert {answer.status_code for answer in answers} == {200}
    assert answers[25].json()[0]["metadata"] == {"n": 25}


@pytest.mark.slow
def test_no_request_breaks_the_server(index, tmp_path):
    """Requests made from the server's own description, right and wrong, by schemathesis."""
    import schemathesis
    from hypothesis import HealthCheck, given, settings

    here = {"Host": "localhost"}
    app = server.create_app(index)
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, headers=here)
    seen = set()
    for operation in schema.get_all_operations():
        operation = operation.ok()

        @given(case=operation.as_strategy())
        @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
        def run(case):
            answer = case.call(headers=here)
            assert answer.status_code < 500
            assert "not a name of this machine" not in answer.text
            seen.add(answer.status_code)

        run()
    assert seen >= {200, 400, 404, 422}


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000", "localhost"])
def test_names_of_this_machine_are_answered(client, host):
    assert client.get("/stats", headers={"Host": host}).status_code == 200
    own = {"Host": host, "Origin": f"http://{host}"}
    assert client.get("/stats", headers=own).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example"])
def test_a_foreign_name_that_leads_here_is_refused(client, host):
    assert client.get("/stats", headers={"Host": host}).status_code == 400
    own = {"Host": host, "Origin": f"http://{host}"}
    assert client.get("/stats", headers=own).status_code == 400


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:9000"])
def test_pages_of_other_sites_are_refused(client, index, origin):
    foreign = {"Origin": origin}
    sent = {"files": {"picture": png(50)}, "data": {"id": "new"}, "headers": foreign}
    assert client.post("/pictures", **sent).status_code == 403
    gone = client.delete("/pictures", params={"id": "picture-1"}, headers=foreign)
    assert gone.status_code == 403
    assert "new" not in index
    assert "picture-1" in index
