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


def escape_undone(cell):
    """What `tieout` wrote into a cell of CSV."""
    if not cell.startswith("'"):
        return cell
    out, rest = "", cell[1:]
    while rest:
        if rest.startswith("\\\\"):
            out, rest = out + "\\", rest[2:]
        elif rest.startswith("\\u{"):
            code, rest = rest[3:].split("}", 1)
            out += chr(int(code, 16))
        else:
            out, rest = out + rest[0], rest[1:]
    return out


def same_escapes(browser, texts):
    """The page's own escape gives the cells that the program gives, for any text."""
    wrong = [t for t in texts if escape_undone(browser.run(f"escapeCell({json.dumps(t)})")) != t]
    for text in wrong:
        print("FAULT escape", ascii(text))
    return wrong


def attempt(browser, program, root):
    """A reviewer's morning: every sort of decision by key or click, undone, kept, saved and applied."""
    desk = tempfile.mkdtemp(prefix="desk-")
    run = lambda *args: subprocess.run([program, *args], cwd=desk, capture_output=True, text=True)
    day = os.path.join(root, "fixtures/runs/morning")
    names = [os.path.join(day, n) for n in os.listdir(day) if n.startswith("2026")]
    assert run("run", *names, "--open-items", f"{day}/items.csv", "--customers", f"{day}/customers.csv", "--out", "day").returncode == 0
    said = run("queue", "--run", "day", "--out", "queue")
    assert said.returncode == 0, said.stderr
    browser.size(1366, 768)
    browser.open(os.path.join(desk, "queue/exceptions.html"))
    rows = browser.run("ROWS.map(r => ({id: r.id, payment: r.cell('payment_id'), proposals: r.proposals.length, customer: r.cell('customer_id'),"
                       " amount: r.cell('amount'), docs: r.cell('p1_docs')}))")
    decided = {}
    at = lambda: browser.run("selected().id")
    to = lambda n: browser.run(f"select({n}, true)")
    check = lambda what, found, expected: found == expected or problems.append(f"{what}: {found!r} is not {expected!r}")
    problems = []
    proposed = [n for n, r in enumerate(rows) if r["proposals"] and r["docs"] and not r["docs"].startswith("on account") and not r["amount"].startswith("-")]
    plain = [n for n in range(len(rows)) if n not in proposed]

    browser.click("#reviewer")
    browser.type("Anna Prüferin")
    browser.keys("Escape")
    to(proposed[0])
    browser.keys("1")
    decided[rows[proposed[0]]["id"]] = "accept_1"
    check("a key decides and goes on", at() != rows[proposed[0]]["id"], True)
    to(proposed[1])
    browser.click('[data-do="accept_1"]')
    decided[rows[proposed[1]]["id"]] = "accept_1"
    browser.keys("z")
    check("undo goes back to the row", at(), rows[proposed[1]]["id"])
    check("undo takes it back", browser.run("decisionOf(selected()).decision"), "")
    browser.keys("1")
    # A split: half of it on the proposed document, the rest visible.
    to(proposed[2])
    browser.keys("a")
    check("the first field has the focus", browser.run("document.activeElement.getAttribute('aria-label')"), "document 1")
    whole = browser.run("figure(selected().minor, selected().decimals)")
    half = browser.run("figure(selected().minor / 2n, selected().decimals)")
    rest = browser.run("figure(selected().minor - selected().minor / 2n, selected().decimals)")
    browser.run("document.querySelectorAll('.split tbody tr').forEach((tr, n) => { if (n) tr.querySelector('button').click(); })")
    browser.click(".split tbody tr:first-child td:nth-child(2) input")
    browser.run("document.activeElement.select()")
    browser.type(half.replace(".", ","))
    check("the rest shows", rest.split(".")[1] in browser.text(".split .left") and "is left" in browser.text(".split .left"), True)
    browser.keys("Escape")
    check("the amount is written as we write it", "=" + half in browser.run("decisionOf(selected()).documents"), True)
    browser.run("change({difference_code: 'on_account'}, true)")
    decided[rows[proposed[2]]["id"]] = "apply"
    if any(rows[n]["customer"] for n in proposed[3:]):
        n = next(n for n in proposed[3:] if rows[n]["customer"])
        to(n)
        browser.keys("o")
        decided[rows[n]["id"]] = "on_account"
    to(plain[0])
    browser.keys("n")
    check("a category is asked for", browser.text("#missing"), "choose what it is")
    browser.run("change({category: 'OTHER_INCOME'}, true)")
    decided[rows[plain[0]]["id"]] = "not_receivable"
    to(plain[1])
    browser.keys("d")
    decided[rows[plain[1]]["id"]] = "defer"
    browser.keys("/")
    browser.type("zzzz-nothing")
    check("the filter empties the list", browser.text("#detail"), "No payment fits the filter.")
    browser.click("#clear")
    browser.keys("?")
    check("help opens", browser.run("$('help').open"), True)
    browser.keys("Escape")
    time.sleep(0.4)
    browser.reload()
    check("work is kept", browser.run("Object.fromEntries([...decisions].map(([id, d]) => [id, d.decision]))"), decided)
    check("the name is kept", browser.run("reviewer"), "Anna Prüferin")
    browser.click("#save")
    file = browser.saved()
    with open(file, newline="", encoding="utf-8") as read:
        saved = {r["exception_id"]: r for r in csv.DictReader(read)}
    check("the file holds what was decided", {i: r["decision"] for i, r in saved.items()}, decided)
    with open(os.path.join(desk, "queue/exceptions.csv"), newline="", encoding="utf-8") as read:
        written = {r["exception_id"]: r for r in csv.DictReader(read)}
    own = ("decision", "documents", "decision_customer", "difference_code", "category", "comment", "decided_by", "decided_at")
    for i, row in saved.items():
        for column in row:
            if column not in own:
                check(f"cell {column}", row[column], written[i][column])
    problems += browser.faults()
    same_escapes(browser, ["=1", "'x", "x;=1", "a\u202eb", "\t=1", "C:\\x", "'C:\\x", "x,\"+1", "\u200b", "a\nb", "=a;b|c", "\U000e0041", "a\ufdd0b", " - ", "ü", "\u3000=1", "\\u{41}\u200b"]) and problems.append("escapes")
    said = run("decide", file, "--run", "day", "--out", "after")
    print(said.stdout, said.stderr, sep="")
    check("decide takes the file", said.returncode, 0)
    if said.returncode in (0, 3):
        with open(os.path.join(desk, "after/decisions.jsonl")) as read:
            after = {d["payment"]["payment_id"]: d for d in map(json.loads, read)}
        of = {r["id"]: r["payment"] for r in rows}
        outcome = {"accept_1": "applied", "apply": "applied", "on_account": "applied", "not_receivable": "not_receivable", "defer": "queued"}
        for i, word in decided.items():
            check(f"{word} is carried out", after[of[i]]["outcome"], outcome[word])
        print(f"{whole}: {half} on the document, {rest} on account:", after[of[rows[proposed[2]]["id"]]]["on_account"])
    for problem in problems:
        print("FAULT", problem)
    shutil.rmtree(desk, ignore_errors=True)
    print(f"{len(decided)} decisions, {len(problems)} faults")
    return bool(problems)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sub = parser.add_subparsers(dest="do", required=True)
    one = sub.add_parser("look")
    one.add_argument("folder")
    one.add_argument("--out", required=True)
    two = sub.add_parser("try")
    two.add_argument("--tieout", required=True)
    args = parser.parse_args()
    program = os.environ.get("CHROME") or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not program:
        print("no browser was found: nothing was tried")
        return 0
    browser = Browser(program)
    try:
        if args.do == "look":
            return look(browser, args.folder, args.out)
        return attempt(browser, os.path.abspath(args.tieout), os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
    finally:
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
