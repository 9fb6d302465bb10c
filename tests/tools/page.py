#!/usr/bin/env python3
"""Drives the page of the review queue in a real browser, with clicks and keys, and hands what it saves to `tieout decide`.

  page.py look DIR --out DIR           pictures of page-5, page-500 and page-20000 (light, dark, narrow, print) and their first paint
  page.py try --tieout PROGRAM         a queue of the morning fixture: decide rows by key and click, split, undo, reload, save, apply

DIR holds what `TIEOUT_PAGES=DIR cargo test --test page` writes. Needs Python and Chromium (CHROME, or chromium on the path), nothing
else; without a browser it says so and ends with 0. Never part of `.ci/run`.
"""
import argparse, base64, csv, json, os, shutil, subprocess, sys, tempfile, time


class Browser:
    """A headless browser spoken to through pipes."""

    def __init__(self, program):
        self.home = tempfile.mkdtemp(prefix="page-")
        to_read, self.to_write = os.pipe()
        self.from_read, from_write = os.pipe()

        def fds():
            # Away from 3 and 4 first, so that neither is overwritten before it is used.
            a, b = os.dup2(to_read, 60), os.dup2(from_write, 61)
            os.dup2(a, 3), os.dup2(b, 4)

        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run", "--hide-scrollbars",
                 "--user-data-dir=" + self.home, "--force-color-profile=srgb", "--lang=en", "about:blank"]
        self.process = subprocess.Popen([program, *flags], preexec_fn=fds, close_fds=False, stderr=subprocess.DEVNULL)
        os.close(to_read), os.close(from_write)
        self.count, self.buffer, self.session, self.events = 0, b"", None, []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(domain + ".enable")
        self.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=self.home, eventsEnabled=True)

    def call(self, method, **params):
        self.count += 1
        message = {"id": self.count, "method": method, "params": params}
        if self.session and not method.startswith(("Target.", "Browser.")):
            message["sessionId"] = self.session
        os.write(self.to_write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.count:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def receive(self):
        while b"\0" not in self.buffer:
            piece = os.read(self.from_read, 1 << 20)
            if not piece:
                raise RuntimeError("the browser has ended")
            self.buffer += piece
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def wait(self, method):
        while True:
            for n, event in enumerate(self.events):
                if event.get("method") == method:
                    del self.events[: n + 1]
                    return event["params"]
            self.events.append(self.receive())

    def size(self, width, height, dark=False, media=""):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = "dark" if dark else "light"
        self.call("Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}])

    def open(self, path):
        self.events.clear()
        self.call("Page.navigate", url="file://" + os.path.abspath(path))
        self.wait("Page.loadEventFired")

    def reload(self):
        self.events.clear()
        self.call("Page.reload")
        self.wait("Page.loadEventFired")

    def run(self, script):
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def text(self, selector):
        return self.run(f"(document.querySelector({json.dumps(selector)}) || {{}}).innerText")

    def keys(self, *keys):
        for key in keys:
            code = {"key": key, "text": key if len(key) == 1 else {"Enter": "\r"}.get(key)}
            code = {name: value for name, value in code.items() if value}
            self.call("Input.dispatchKeyEvent", type="keyDown", **code)
            self.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    def type(self, text):
        self.call("Input.insertText", text=text)

    def click(self, selector):
        box = self.run(f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.scrollIntoView({{block: 'nearest'}});"
                       " const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def picture(self, path):
        with open(path, "wb") as out:
            out.write(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def pdf(self, path):
        with open(path, "wb") as out:
            out.write(base64.b64decode(self.call("Page.printToPDF", printBackground=False)["data"]))

    def faults(self):
        """Refused loads, script errors and requests to anywhere but the file itself."""
        found = []
        for event in self.events:
            params = event.get("params", {})
            if event.get("method") == "Log.entryAdded" and params["entry"]["level"] == "error":
                found.append(params["entry"]["text"])
            if event.get("method") == "Runtime.exceptionThrown":
                found.append(params["exceptionDetails"]["text"] + str(params["exceptionDetails"].get("exception", "")))
            if event.get("method") == "Network.requestWillBeSent" and not params["request"]["url"].startswith(("file:", "blob:", "about:")):
                found.append("asks for " + params["request"]["url"])
        return found

    def saved(self):
        """The newest file that was saved."""
        self.wait("Browser.downloadWillBegin")
        while self.wait("Browser.downloadProgress")["state"] != "completed":
            pass
        files = [os.path.join(self.home, f) for f in os.listdir(self.home) if f.endswith(".csv")]
        return max(files, key=os.path.getmtime)

    def close(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)


def look(browser, folder, out):
    os.makedirs(out, exist_ok=True)
    slow = 0
    for rows in (5, 500, 20000):
        page = os.path.join(folder, f"page-{rows}.html")
        for dark in (False, True):
            browser.size(1366, 768, dark)
            browser.open(page)
            browser.keys("1", "j")
            browser.picture(os.path.join(out, f"{rows}-{'dark' if dark else 'light'}.png"))
        paint = browser.run("new Promise(r => new PerformanceObserver(l => r(l.getEntries().map(e => [e.name, Math.round(e.startTime)])))"
                            ".observe({type: 'paint', buffered: true}))")
        usable = browser.run("Math.round(performance.getEntriesByType('navigation')[0].domComplete)")
        step = browser.run("(() => { const t = performance.now(); for (let n = 0; n < 100; n++) select(n * 7 % shown.length); return (performance.now() - t) / 100; })()")
        search = browser.run("(() => { const t = performance.now(); $('search').value = 'gmbh re'; filter(); const u = performance.now(); $('search').value = 'gmbh 20'; filter(); clearFilter(); return [u - t, (performance.now() - u) / 2]; })()")
        act = browser.run("(() => { select(0); const t = performance.now(); for (let n = 0; n < 50; n++) act('defer'); return (performance.now() - t) / 50; })()")
        print(f"{rows} rows: {dict(paint)} ms, usable {usable} ms, step {step:.1f} ms, search {search[0]:.0f} then {search[1]:.0f} ms, decide {act:.1f} ms")
        slow |= max(ms for _, ms in paint) > 2000
        for fault in browser.faults():
            print("FAULT", fault)
            slow = 1
        browser.run("localStorage.clear()")
    browser.size(700, 1000)
    browser.open(os.path.join(folder, "page-500.html"))
    browser.picture(os.path.join(out, "500-narrow.png"))
    browser.size(1366, 768)
    browser.pdf(os.path.join(out, "500-print.pdf"))
    return slow


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sub = parser.add_subparsers(dest="do", required=True)
    one = sub.add_parser("look")
    one.add_argument("folder")
    one.add_argument("--out", required=True)
    args = parser.parse_args()
    program = os.environ.get("CHROME") or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not program:
        print("no browser was found: nothing was tried")
        return 0
    browser = Browser(program)
    try:
        return look(browser, args.folder, args.out)
    finally:
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
