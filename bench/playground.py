"""The playground's page under load: `python -m bench.playground`.

Two channels of one local Slack, one with 10,000 messages and one with none, are each shown in a headless Chromium while
200 messages a second are posted there through the Web API for some seconds. It says how long a message takes from its
post to the eye, how many frames were drawn, how long the longest task kept the page from answering, and what the
server's process used of a core. The empty channel in the same run is what counts: single times depend on the machine.
"""

import http.client
import json
import multiprocessing
import os
import statistics
import time
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from bot.playground import LocalSlack
from bot.playground.records import Message

RATE, SECONDS, HISTORY, THREADS = 200, 5, 10_000, 4
FULL, EMPTY = "C0FULL", "C0EMPTY"
MANIFEST = {
    "display_information": {"name": "Bench"},
    "features": {"bot_user": {"display_name": "Bench", "always_online": True}},
    "oauth_config": {"scopes": {"bot": ["chat:write", "channels:read"]}},
    "settings": {},
}
PEOPLE = [{"id": "U0ANA", "name": "Ana"}]
CHANNELS = [
    {"id": place, "name": place[2:].lower(), "members": ["U0ANA"], "bot_member": True} for place in (FULL, EMPTY)
]
WATCH = """() => {
    const seen = new Map(), tasks = [];
    let frames = 0;
    const count = () => { frames += 1; requestAnimationFrame(count); };
    requestAnimationFrame(count);
    new PerformanceObserver(list => tasks.push(...list.getEntries().map(one => one.duration)))
        .observe({ type: "longtask" });
    const note = () => {
        for (const one of document.querySelectorAll("main .message .text, main .message .section-text")) {
            const [, number, posted] = /no (\\d+) at (\\d+)/.exec(one.textContent) || [];
            if (number && !seen.has(number)) seen.set(number, Date.now() - Number(posted));
        }
    };
    new MutationObserver(() => requestAnimationFrame(note))
        .observe(document.body, { childList: true, subtree: true, characterData: true });
    window.measured = () => ({ delays: [...seen.values()], tasks, frames });
}"""


def main() -> None:
    """Print the figures."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    url = ours.recv()
    with sync_playwright() as playwright:
        path = os.environ.get("STEWARD_CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        measured = {place: measure(browser, url, place, server.pid or 0) for place in (EMPTY, FULL)}
        browser.close()
    ours.send("done")
    empty, full = measured[EMPTY], measured[FULL]
    print(f"ratio of {HISTORY:,} messages to none: to the eye {full['median'] / empty['median']:.2f}, "
          f"server {full['cpu'] / empty['cpu']:.2f}")  # fmt: skip


def serve(pipe: Connection) -> None:
    with LocalSlack(MANIFEST, PEOPLE, CHANNELS, enforce_rate_limits=False) as slack:
        with slack.workspace.change() as ws:
            for number in range(HISTORY):
                ws.put(Message(ws.new_ts(), FULL, "U0ANA", f"Earlier message {number}"))
        pipe.send(slack.url)
        pipe.recv()


def measure(browser: Browser, url: str, place: str, pid: int) -> dict[str, float]:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{url}#as=U0ANA&channel={place}&guide=off")
    page.wait_for_selector(".pane-head")
    page.wait_for_timeout(1000)
    page.evaluate(WATCH)
    used, started = cpu(pid), time.monotonic()
    post_all(url, place)
    took, used = time.monotonic() - started, cpu(pid) - used
    page.wait_for_timeout(1000)
    return report(page, place, took, used)


def report(page: Page, place: str, took: float, used: float) -> dict[str, float]:
    found = page.evaluate("measured()")
    size = len(page.request.get(page.url.split("#")[0] + f"playground/state?as=U0ANA&open={place}&count=80").body())
    page.close()
    delays = sorted(found["delays"])
    median, slow = statistics.median(delays), delays[int(len(delays) * 0.95)]
    print(f"{place}: {RATE * SECONDS / took:.0f} posts a second; seen {len(delays)} of {RATE * SECONDS}; to the eye "
          f"{median:.0f} ms, 95 % within {slow:.0f} ms; {found['frames'] / (took + 1):.0f} frames a second, "
          f"{len(found['tasks'])} tasks over 50 ms, longest {max(found['tasks'], default=0):.0f} ms; server "
          f"{100 * used / took:.0f} % of a core; a state {size / 1024:.0f} KB")  # fmt: skip
    return {"median": median, "cpu": used / took}


def post_all(url: str, place: str) -> None:
    workers = [Thread(target=post_some, args=(url, place, first)) for first in range(THREADS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def post_some(url: str, place: str, first: int) -> None:
    """Every fourth message, each at its moment."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    headers = {"Authorization": "Bearer xoxb-demo", "Content-Type": "application/json"}
    started = time.monotonic()
    for number in range(first, RATE * SECONDS, THREADS):
        time.sleep(max(0.0, started + number / RATE - time.monotonic()))
        text = f"Message no {number} at {time.time() * 1000:.0f}"
        connection.request("POST", "/api/chat.postMessage", json.dumps({"channel": place, "text": text}), headers)
        connection.getresponse().read()
    connection.close()


def cpu(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
