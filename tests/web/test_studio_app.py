"""Studio server: its routes behind the guards; every refusal is one clear line."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from starlette.testclient import TestClient
from tests.studio.studios import SIZE, picture_bytes, stripes
from tests.web.test_study_app import TRAVERSALS

from likewise.images import read_image
from likewise.labels.label_map import LabelMap
from likewise.studio.studio import Studio
from likewise.web.guards import Rate
from likewise.web.studio.app import Limits, build

EXAMPLES = Path(__file__).parents[2] / "examples"
JSON = {"content-type": "application/json"}
SIDES = {"width": SIZE[1], "height": SIZE[0]}


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with Studio(tmp_path / "studio", device="cpu", examples=[EXAMPLES / "temple"]) as opened:
        yield opened


@pytest.fixture
def client(studio: Studio) -> Iterator[httpx.Client]:
    with TestClient(build(studio), base_url="http://localhost") as one:
        yield one


def begun(client: httpx.Client, tmp_path: Path) -> dict[str, Any]:
    """A project of the stripes, labelled by a file."""
    made = client.post("/api/projects?name=my%20beach.png", content=picture_bytes(tmp_path))
    assert made.status_code == 201, made.text
    assert made.json()["labelled"] is False
    LabelMap.from_array(stripes()).write(tmp_path / "labels.png")
    body = (tmp_path / "labels.png").read_bytes()
    told = client.put(f"/api/projects/{made.json()['id']}/labels?name=labels.png", content=body)
    assert told.status_code == 200, told.text
    return told.json()  # type: ignore[no-any-return]


def test_an_edit_from_start_to_end(client: httpx.Client, tmp_path: Path) -> None:
    project = begun(client, tmp_path)
    assert (project["name"], project["width"], project["height"]) == ("my beach", 64, 48)
    assert [round(entry["area"], 2) for entry in project["classes"]] == [0.33, 0.33, 0.33]
    at = f"/api/projects/{project['id']}"
    plane = client.get(f"{at}/layout")
    assert plane.content == stripes().tobytes()
    assert (plane.headers["x-width"], plane.headers["x-height"]) == ("64", "48")

    layout = np.flipud(stripes())
    kept = client.put(f"{at}/layout", params=SIDES, content=layout.tobytes())
    assert kept.status_code == 204
    saved = client.get(f"{at}/layout.png")
    assert 'filename="my_beach-layout.png"' in saved.headers["content-disposition"]
    (tmp_path / "saved.png").write_bytes(saved.content)
    assert np.array_equal(LabelMap.read(tmp_path / "saved.png").ids, layout)

    preview = client.post(
        f"{at}/preview", params=SIDES | {"short": 0, "turn": 1}, content=layout.tobytes()
    )
    assert preview.status_code == 200
    assert float(preview.headers["x-seconds"]) > 0
    (tmp_path / "preview.jpg").write_bytes(preview.content)
    assert read_image(tmp_path / "preview.jpg").size == SIZE

    job = client.post(f"{at}/renders", json={"method": "patch", "preset": "smoke"}).json()
    for _ in range(600):
        told = client.get(f"/api/renders/{job['id']}").json()
        if told["state"] == "done":
            break
        time.sleep(0.05)
    assert told["state"] == "done", told
    assert client.get(f"{at}/renders").json() == [told]
    for name, kind in (("answer.png", "image/png"), ("provenance.png", "image/png")):
        reply = client.get(f"/api/renders/{job['id']}/{name}")
        assert (reply.status_code, reply.headers["content-type"]) == (200, kind)
    assert client.get(f"/api/renders/{job['id']}/glimpse.png").status_code == 404
    assert client.get(f"/api/renders/{job['id']}/layout").content == layout.tobytes()
    download = client.get(f"/api/renders/{job['id']}/download")
    assert "patch-" in download.headers["content-disposition"]
    assert client.delete(f"/api/renders/{job['id']}").status_code == 204
    assert client.delete(at).status_code == 204
    assert client.get(at).status_code == 404


def test_an_example_is_a_project_at_once(client: httpx.Client) -> None:
    (example,) = client.get("/api/examples").json()
    assert example["name"] == "temple"
    assert client.get("/api/examples/temple/image.png").content.startswith(b"\x89PNG")
    project = client.post("/api/projects?example=temple").json()
    assert project["labelled"]
    assert project["classes"][0]["name"] == "sky"
    assert client.get(f"/api/projects/{project['id']}/swatches/0.png").status_code == 200
    assert client.get(f"/api/projects/{project['id']}/swatches/99.png").status_code == 404
    assert client.get(f"/api/projects/{project['id']}/thumbnail.png").status_code == 200
    assert [one["id"] for one in client.get("/api/projects").json()] == [project["id"]]
    assert client.post("/api/projects?example=nothing").status_code == 404


def test_a_browser_keeps_the_picture_but_not_the_layout(client: httpx.Client) -> None:
    project = client.post("/api/projects?example=temple").json()
    at = f"/api/projects/{project['id']}"
    assert "immutable" in client.get(f"{at}/image.png").headers["cache-control"]
    assert client.get(f"{at}/layout").headers["cache-control"] == "no-store"


def test_a_picture_without_labels_is_segmented_and_corrected(
    client: httpx.Client, tmp_path: Path
) -> None:
    made = client.post("/api/projects?name=x.png", content=picture_bytes(tmp_path, (96, 128)))
    at = f"/api/projects/{made.json()['id']}"
    assert "no labels yet" in client.get(f"{at}/layout").json()["error"]
    told = client.post(f"{at}/segment", json={"classes": 3}).json()
    assert told["labelled"] and 2 <= len(told["classes"]) <= 3 and told["notes"]
    classes = [{"name": entry["name"], "colour": entry["colour"]} for entry in told["classes"]]
    classes[0]["name"] = "sky"
    classes.append({"name": "cloud", "colour": "#ffffff"})
    told = client.patch(at, json={"classes": classes, "name": "Beach"}).json()
    assert told["name"] == "Beach"
    assert [entry["name"] for entry in told["classes"]][:: len(classes) - 1] == ["sky", "cloud"]
    plane = stripes((96, 128)) % len(classes)
    plane[:5] = 255
    params = {"width": 128, "height": 96}
    told = client.put(f"{at}/labels/plane", params=params, content=plane.tobytes())
    assert told.status_code == 200, told.text
    assert client.get(f"{at}/labels").content == plane.tobytes()
    assert client.get(f"{at}/labels.png").status_code == 200


def test_a_project_is_given_away_and_taken_up_again(client: httpx.Client, tmp_path: Path) -> None:
    project = begun(client, tmp_path)
    saved = client.get(f"/api/projects/{project['id']}/project.zip")
    assert saved.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(saved.content)) as archive:
        assert sorted(archive.namelist()) == [
            "image.png",
            "labels.png",
            "layout.png",
            "project.json",
        ]
    again = client.post("/api/projects?name=saved.zip", content=saved.content).json()
    assert again["classes"] == project["classes"]
    assert again["id"] != project["id"]


def test_the_page_reloaded_counts_anew(client: httpx.Client, tmp_path: Path) -> None:
    at = f"/api/projects/{begun(client, tmp_path)['id']}"
    body = stripes().tobytes()
    assert client.post(f"{at}/preview", params=SIDES | {"turn": 9}, content=body).status_code == 200
    late = client.post(f"{at}/preview", params=SIDES | {"turn": 3}, content=body)
    assert (late.status_code, late.json()) == (409, {"error": "A newer preview was asked for."})
    client.get(at)
    assert client.post(f"{at}/preview", params=SIDES | {"turn": 0}, content=body).status_code == 200


def test_every_refusal_is_one_line(client: httpx.Client, tmp_path: Path) -> None:
    at = f"/api/projects/{begun(client, tmp_path)['id']}"
    wrong: list[tuple[int, httpx.Response]] = [
        (422, client.post("/api/projects")),
        (422, client.post("/api/projects?name=x.png", content=b"no picture")),
        (422, client.post("/api/projects?name=x.zip", content=b"PK\x03\x04 no archive")),
        (422, client.put(f"{at}/layout", params=SIDES, content=b"short")),
        (422, client.put(f"{at}/layout", params=SIDES, content=b"\xff" * 48 * 64)),
        (422, client.put(f"{at}/layout", params={"width": 10**9, "height": 48}, content=b"")),
        (422, client.put(f"{at}/labels?name=x.png", content=b"no labels")),
        (422, client.put(f"{at}/labels/plane", params=SIDES, content=b"\xff" * 48 * 64)),
        (422, client.put(f"{at}/layout/file?name=x.png", content=picture_bytes(tmp_path))),
        (422, client.post(f"{at}/segment", json={"classes": 1})),
        (422, client.post(f"{at}/renders", json={"method": "nonsense"})),
        (422, client.patch(at, json={"classes": [{"name": "a", "colour": "#000000"}]})),
        (422, client.patch(at, json={"classes": [{"name": "a", "colour": "red"}]})),
        (
            422,
            client.post(
                f"{at}/renders", content=b"{", headers={"content-type": "application/json"}
            ),
        ),
        (404, client.get("/api/projects/0123456789ab")),
        (404, client.get("/api/renders/0123456789ab")),
        (422, client.get("/api/projects/NOTAKEY")),
        (404, client.get("/api/nothing")),
        (405, client.put("/api/projects")),
    ]
    for number, (status, reply) in enumerate(wrong):
        assert reply.status_code == status, (number, reply.status_code, reply.text)
        assert list(reply.json()) == ["error"], number
        assert "\n" not in reply.json()["error"], number
        assert str(tmp_path) not in reply.text, number


def test_other_sites_and_names_are_kept_out(client: httpx.Client, studio: Studio) -> None:
    for origin in ("http://evil.example", "null", "https://localhost.evil.example"):
        reply = client.post("/api/projects?example=temple", headers={"Origin": origin})
        assert reply.status_code == 403, origin
    cross = client.post("/api/projects?example=temple", headers={"Sec-Fetch-Site": "cross-site"})
    assert cross.status_code == 403
    assert client.get("/api/projects", headers={"Host": "evil.example"}).status_code == 403
    assert "access-control-allow-origin" not in client.get("/api/projects").headers
    assert studio.projects.all() == []


def test_beyond_loopback_a_token_is_asked_for(studio: Studio) -> None:
    with TestClient(build(studio, token="s3cret"), base_url="http://localhost") as client:
        assert client.get("/").status_code == 200
        for given in (None, "Bearer wrong", "Bearer ", "s3cret", "Bearer s3cret\xe9"):
            headers = {} if given is None else {"Authorization": given.encode("latin-1")}
            reply = client.get("/api/projects", headers=headers)
            assert reply.status_code == 401, given
            assert "address" in reply.json()["error"]
        assert client.get("/api/projects", headers={"Authorization": "Bearer s3cret"}).json() == []


def test_bodies_and_rates_are_limited(studio: Studio) -> None:
    limits = Limits(body=1000, rate=Rate(per_second=1, burst=10))
    with TestClient(build(studio, limits=limits), base_url="http://localhost") as client:
        assert client.post("/api/projects?name=x.png", content=b"x" * 1001).status_code == 413
        assert 429 in [client.get("/api/status").status_code for _ in range(20)]


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    with (
        Studio(tmp_path / "small", quota=10, examples=[EXAMPLES / "temple"]) as studio,
        TestClient(build(studio), base_url="http://localhost") as client,
    ):
        reply = client.post("/api/projects?example=temple")
        assert reply.status_code == 507
        assert "--quota" in reply.json()["error"]
        assert client.get("/api/status").json()["quota"] == 10


@pytest.mark.parametrize("place", ["", "api/projects/", "api/examples/", "api/renders/"])
def test_nothing_outside_can_be_named(client: httpx.Client, studio: Studio, place: str) -> None:
    (studio.folder / "secret.txt").write_text("a secret of this test")
    for word in (*TRAVERSALS, "..%2fjobs.sqlite", "../../jobs.sqlite", "../secret.txt"):
        reply = client.get(f"/{place}{word}")
        assert b"a secret of this test" not in reply.content
        assert b"root:" not in reply.content
        assert b"SQLite format" not in reply.content
        page = reply.headers["content-type"].startswith(("text/html", "application/json"))
        assert reply.status_code >= 400 or page, (place, word, reply.status_code)


def test_strict_headers_on_everything(client: httpx.Client) -> None:
    for path in ("/", "/tokens.css", "/api/projects", "/nothing"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff"
