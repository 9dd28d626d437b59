"""The gallery page in a real browser, opened from disk."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from artengine.gallery.page import build
from artengine.gallery.piece import Piece

MakePiece = Callable[..., Piece]

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no chromium, chromium-browser or google-chrome on the path"
)

HOSTILE = """\
title = '''<img src=x onerror="window.hacked=1">'''
about = '''"><script>window.hacked=1</script>'''

# </code></pre></template></script><script>window.hacked=1</script>
[model]
use = "<svg onload=window.hacked=1>"
"""


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory, make_piece: MakePiece) -> Path:
    folder = tmp_path_factory.mktemp("pages") / "night songs & <days>"
    make_piece(folder / "1 night drive")
    make_piece(folder / "2 <b>&#?'\"", HOSTILE)
    make_piece(folder / "3-classic")
    build(folder)
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def visit(
    browser: Browser, gallery: Path, after: str = "", forgiven: str | None = None, **how: Any
) -> Iterator[Page]:
    """Open the page; at the end, check that it had no errors and fetched nothing from elsewhere."""
    context = browser.new_context(**how)
    page = context.new_page()
    page.set_default_timeout(10_000)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((gallery.as_uri(), "data:"))
            else complaints.append(request.url)
        ),
    )
    page.goto((gallery / "index.html").as_uri() + after)
    yield page
    context.close()
    assert [text for text in complaints if forgiven is None or forgiven not in text] == []


def paused(page: Page, index: int) -> str:
    return f"document.querySelectorAll('.piece video')[{index}].paused"


def wait_until(page: Page, expression: str) -> None:
    # Playwright's own wait evaluates code in the page, which the page's CSP forbids.
    for _ in range(500):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(20)
    pytest.fail(f"not in 10 s: {expression}")


def wait_until_it_plays(page: Page, index: int) -> None:
    video = f"document.querySelectorAll('.piece video')[{index}]"
    wait_until(page, f"!{video}.paused && {video}.currentTime > 0.1")


def test_hovering_plays_and_leaving_stops(browser: Browser, gallery: Path) -> None:
    with visit(browser, gallery) as page:
        video = page.locator(".piece video").first
        expect(video).to_have_css("opacity", "0")
        page.locator(".frame").first.hover()
        wait_until_it_plays(page, 0)
        expect(video).to_have_css("opacity", "1")
        page.locator("h1").hover()
        wait_until(page, paused(page, 0))
        assert video.evaluate("video => video.currentTime") == 0
        expect(video).to_have_css("opacity", "0")


def test_an_unplayed_film_is_not_fetched(browser: Browser, gallery: Path) -> None:
    with visit(browser, gallery) as page:
        states = page.locator(".piece video").evaluate_all("all => all.map(v => v.readyState)")
        assert states == [0, 0, 0]


def test_only_one_film_plays(browser: Browser, gallery: Path) -> None:
    with visit(browser, gallery) as page:
        for index in (0, 2):
            page.locator(".frame").nth(index).hover()
            wait_until_it_plays(page, index)
        assert page.evaluate(paused(page, 0))


def test_the_page_can_be_used_by_keyboard(browser: Browser, gallery: Path) -> None:
    with visit(browser, gallery) as page:
        page.keyboard.press("Tab")
        wait_until_it_plays(page, 0)
        page.keyboard.press("Tab")
        wait_until_it_plays(page, 1)
        assert page.evaluate(paused(page, 0))
        page.keyboard.press("Enter")
        dialog = page.locator("dialog")
        expect(dialog).to_be_visible()
        page.keyboard.press("ArrowRight")
        expect(dialog.locator("h2")).to_have_text("Night drive")
        page.keyboard.press("ArrowLeft")
        expect(dialog.locator("h2")).to_have_text('<img src=x onerror="window.hacked=1">')
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()


def test_a_touch_plays_until_another_piece_is_touched(browser: Browser, gallery: Path) -> None:
    screen = {"width": 390, "height": 844}
    with visit(browser, gallery, viewport=screen, has_touch=True, is_mobile=True) as page:
        finger = page.context.new_cdp_session(page)
        for index in (0, 1):
            box = page.locator(".frame").nth(index).bounding_box()
            assert box is not None
            point = {"x": box["x"] + 9, "y": box["y"] + 9}
            touch = {"type": "touchStart", "touchPoints": [point]}
            finger.send("Input.dispatchTouchEvent", touch)
            wait_until_it_plays(page, index)
            finger.send("Input.dispatchTouchEvent", {"type": "touchCancel", "touchPoints": []})
            assert not page.evaluate(paused(page, index))
        assert page.evaluate(paused(page, 0))
        assert page.evaluate("document.documentElement.scrollWidth") == screen["width"]


def test_a_click_enlarges_with_recipe_facts_and_downloads(browser: Browser, gallery: Path) -> None:
    with visit(browser, gallery) as page:
        page.locator(".frame").first.click()
        wait_until(page, "document.querySelector('dialog video').currentTime > 0.1")
        dialog = page.locator("dialog")
        assert dialog.locator("dd").all_text_contents() == [
            "96 \u00d7 64", "24", "12", "2.0 s", "7", "swift", "1.5 s",
        ]  # fmt: skip
        assert dialog.locator("code").text_content() == (
            gallery / "1 night drive" / "recipe.toml"
        ).read_text("utf-8")
        links = dialog.locator(".links a").evaluate_all("all => all.map(a => [a.href, a.download])")
        folder = (gallery / "1 night drive").as_uri()
        assert links == [
            [f"{folder}/film.mp4", "1 night drive.mp4"],
            [f"{folder}/recipe.toml", "1 night drive.toml"],
        ]
        # The enlarged film is not covered, and the small one behind it is paused.
        assert page.evaluate(paused(page, 0))
        dialog.get_by_role("button", name="Close").click()
        expect(dialog).to_be_hidden()
        assert page.locator("dialog video").count() == 0


def test_an_address_opens_its_piece(browser: Browser, gallery: Path) -> None:
    with visit(browser, gallery, "#3-classic") as page:
        expect(page.locator("dialog h2")).to_have_text("Night drive")
        page.get_by_role("button", name="Next piece").click()
        assert page.url.endswith("#1%20night%20drive")


@pytest.mark.parametrize("clipboard", ["there", "refused", "absent"])
def test_the_recipe_is_copied_exactly(browser: Browser, gallery: Path, clipboard: str) -> None:
    with visit(browser, gallery, permissions=["clipboard-read", "clipboard-write"]) as page:
        page.evaluate("navigator.clipboard.writeText('something else')")
        if clipboard == "refused":
            page.evaluate("navigator.clipboard.writeText = async () => { throw 'refused'; }; 0")
        if clipboard == "absent":
            page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
        page.locator(".frame").nth(1).click()
        page.get_by_role("button", name="Copy").click()
        expect(page.locator(".copy")).to_have_text("Copied")
        if clipboard == "absent":
            page.reload()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == HOSTILE


def test_a_hostile_recipe_is_shown_as_text(browser: Browser, gallery: Path) -> None:
    with visit(browser, gallery) as page:
        assert page.locator("h1").text_content() == "Night songs & <days>"
        page.locator(".frame").nth(1).click()
        expect(page.locator("dialog h2")).to_have_text('<img src=x onerror="window.hacked=1">')
        expect(page.locator("dialog .about")).to_have_text(
            '"><script>window.hacked=1</script>', use_inner_text=True
        )
        expect(page.locator("dd").nth(5)).to_have_text("<svg onload=window.hacked=1>")
        assert page.evaluate("window.hacked") is None
        assert page.locator("script").count() == 1
        assert page.locator("img[src=x], svg").count() == 0


def test_an_injected_script_does_not_run(browser: Browser, gallery: Path) -> None:
    with visit(browser, gallery, forgiven="violates the following Content Security") as page:
        blocked = page.evaluate(
            """new Promise((resolve) => {
                document.addEventListener("securitypolicyviolation", (event) => {
                    resolve(event.violatedDirective);
                });
                const script = document.createElement("script");
                script.textContent = "window.hacked = 1";
                document.body.append(script);
            })"""
        )
        assert blocked.startswith("script-src")
        assert page.evaluate("window.hacked") is None


def test_reduced_motion_disables_playing(browser: Browser, gallery: Path) -> None:
    with visit(browser, gallery, reduced_motion="reduce") as page:
        page.locator(".frame").first.hover()
        page.wait_for_timeout(300)
        assert page.evaluate(paused(page, 0))
        page.locator(".frame").first.click()
        expect(page.locator("dialog video")).to_have_js_property("paused", value=True)


def test_without_javascript_the_poster_links_to_the_film(browser: Browser, gallery: Path) -> None:
    with visit(browser, gallery, java_script_enabled=False) as page:
        expect(page.get_by_alt_text("A frame of Night drive: an empty").first).to_be_visible()
        links = page.locator(".piece").first.get_by_role("link").all()
        assert [link.get_attribute("href") for link in links] == [
            "1%20night%20drive/film.mp4",
            "1%20night%20drive/film.mp4",
            "1%20night%20drive/recipe.toml",
        ]
        page.get_by_role("link", name="recipe").first.hover()


def test_posters_are_fetched_and_described(browser: Browser, gallery: Path) -> None:
    with visit(browser, gallery) as page:
        wait_until(page, "[...document.images].every(i => i.complete && i.naturalWidth)")
        alts = page.locator("img").evaluate_all("all => all.map(image => image.alt)")
        assert all(alt.startswith("A frame of ") for alt in alts)
