"""Takes pictures of a running playground, for the README and the docs.

    python docs/screenshots/take.py http://127.0.0.1:8080/ \
        "as=U0BO&channel=C0TRIAGE" triage  "as=U0ANA&home=1" home --theme both

Views and names come in pairs; a view is what follows # in the page's address. Each picture lands
beside this file as NAME.png, or NAME-dark.png. Needs playwright, a Chromium, and fonts
for emoji and for the scripts that the requests are written in.
"""

import argparse
import os
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

HERE = Path(__file__).parent
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run"]  # fmt: skip
SETTLE = 500  # ms: time for the stream's first note, fonts and scrolling


def main() -> None:
    options = arguments()
    views = list(zip(options.views[::2], options.views[1::2], strict=True))
    themes = ("light", "dark") if options.theme == "both" else (options.theme,)
    with sync_playwright() as playwright:
        found = os.environ.get("STEWARD_CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=found, args=QUIET)
        for theme in themes:
            take(browser, options.url, views, theme, options)
        browser.close()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url", help="the playground's address")
    parser.add_argument("views", nargs="+", metavar="VIEW NAME", help="pairs of a view and the picture's name")
    parser.add_argument("--size", default="1440x900", help="of the window (default: %(default)s)")
    parser.add_argument("--scale", type=float, default=2, help="pixels for each point (default: %(default)s)")
    parser.add_argument("--theme", choices=["light", "dark", "both"], default="light")
    parser.add_argument("--press", action="append", default=[], metavar="WORDS", help="then press this button")
    parser.add_argument("--type", metavar="TEXT", help="then send this from the channel's composer")
    parser.add_argument("--out", type=Path, default=HERE, help="where to (default: beside this file)")
    options = parser.parse_args()
    if len(options.views) % 2:
        parser.error("each view needs a name")
    return options


def take(browser: Browser, url: str, views: list[tuple[str, str]], theme: str, options: argparse.Namespace) -> None:
    width, height = (int(side) for side in options.size.split("x"))
    context = browser.new_context(
        viewport={"width": width, "height": height}, device_scale_factor=options.scale,
        color_scheme="dark" if theme == "dark" else "light", locale="en-GB",
    )  # fmt: skip
    for view, name in views:
        page = context.new_page()
        page.goto(f"{url.rstrip('/')}/#{view.lstrip('#')}")
        page.wait_for_selector(".pane-head")
        prepare(page, options)
        target = options.out / f"{name}{'-dark' if theme == 'dark' else ''}.png"
        page.screenshot(path=target)
        page.close()
        print(target)
    context.close()


def prepare(page, options: argparse.Namespace) -> None:
    page.wait_for_timeout(SETTLE)
    if options.type:
        page.locator("main .composer textarea").fill(options.type)
        page.keyboard.press("Enter")
        page.wait_for_timeout(SETTLE * 2)
    for words in options.press:
        page.get_by_role("button", name=words).last.click()
        page.wait_for_timeout(SETTLE)


if __name__ == "__main__":
    main()
