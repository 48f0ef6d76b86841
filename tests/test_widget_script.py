"""How `/widget.js` is served."""

import gzip

import httpx

from api.widget.words import words


async def test_the_script_may_be_taken_by_every_page_and_kept_for_an_hour(
    http: httpx.AsyncClient,
) -> None:
    reply = await http.get("/widget.js", headers={"Origin": "https://any.example"})
    assert reply.status_code == 200
    assert reply.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert reply.headers["Cache-Control"] == "public, max-age=3600"
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert reply.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


async def test_what_did_not_change_is_not_sent_again(http: httpx.AsyncClient) -> None:
    first = await http.get("/widget.js")
    headers = {"If-None-Match": first.headers["ETag"]}
    again = await http.get("/widget.js", headers=headers)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    other = await http.get("/widget.js", headers={"If-None-Match": '"other"'})
    assert other.status_code == 200


async def test_it_is_a_few_kilobytes_and_says_all_words(http: httpx.AsyncClient) -> None:
    zipped = await http.get("/widget.js", headers={"Accept-Encoding": "gzip"})
    plain = await http.get("/widget.js", headers={"Accept-Encoding": "identity"})
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert zipped.text == plain.text
    assert len(gzip.compress(plain.content)) < 9 * 1024
    for said in words().values():
        assert said["done"] in plain.text


async def test_it_names_nothing_elsewhere(http: httpx.AsyncClient) -> None:
    source = (await http.get("/widget.js")).text
    assert "http://" not in source
    assert "https://" not in source
