"""Checks a store as its FORMAT.md says: prints `path: NAME: what` for each finding, exits with 1 if there is one."""
import os, pathlib, re, stat, sys
from documents import CONFIG, FUNCTION_JSON, STORE_JSON, code_of, content_sha256, fingerprint, fits, milliseconds
from documents import ALIAS as ALIASED, numbers_of, parse, pointed_to, refuse, sha256, time_of, without
from history import check_history
FUNCTION = re.compile(r"[A-Za-z0-9_-]{1,64}")
ALIAS, MARK = re.compile(r"(?![0-9]+\.)[A-Za-z0-9_-]{1,128}\.json"), re.compile(r"[a-z0-9]{8}\.change")


def find(path, name, what): findings.append(name); print(f"{path.relative_to(store)}: {name}: {what}")
def note(path, document, places):
    wrong = [name for name, right in places.items() if document.get(name) not in (None, *right)]
    if wrong and arns: print(f"note: {path.relative_to(store)}: place-differs: {wrong}")
def is_taken(path):
    if not os.path.lexists(path) or stat.S_ISDIR(os.lstat(path).st_mode): return False
    return find(path, "not-a-directory", "something else stands here") is None
def names(path):
    try: return sorted(os.listdir(path)) if not is_taken(path) and os.path.lexists(path) else []
    except OSError as error: return find(path, "unreadable", error) or []
def read(path, optional=False):
    if not os.path.lexists(path) and optional: return None
    if not os.path.lexists(path) or not stat.S_ISREG(os.lstat(path).st_mode):
        return find(path, "file-missing", "there is no regular file")
    try: return path.read_bytes()
    except OSError as error: find(path, "unreadable", error)
def read_document(path, kind, place=None, made=None, optional=False):
    if (data := read(path, optional)) is None: return None
    if made not in (None, sha256(data)): return find(path, "config-differs", "it is not the one that was made")
    try: document = parse(data) if len(data) <= 2**24 else refuse("it is too long")
    except Exception as error: return find(path, "document-damaged", error)
    if optional and document.get("Format") not in (None, "1"): return find(path, "format-unknown", document["Format"])
    if not fits(document, kind): return find(path, "document-damaged", "a member is of a wrong type")
    recorded = document.get("RevisionId") if place else None
    if recorded in (None, right := fingerprint(place, document, time_of(recorded))): return document
    find(path, "fingerprint-differs", f"it should say {right}")
    return without(document, ["RevisionId"])
def check_function(path):
    if path.is_symlink() or not path.is_dir() or not {"$LATEST", "history.jsonl"} & set(names(path)): return
    staging, begun = path / ".staging", len(findings)
    marks, arn = [name[:8] for name in names(staging) if MARK.fullmatch(name)], f"{arns}:{path.name}"
    for mark in marks: find(staging / f"{mark}.change", "change-unfinished", "a writer is at work, or died")
    history = path / "history.jsonl"
    data = read(history, optional=True) or b""
    last, (left, seen), versions, gone = check_history(data, marks, lambda name, what: find(history, name, what))
    token, later = last.get("Token") if last.get("Token") in marks else None, []
    unknown = {"line-damaged", "format-unknown", "chain-broken"} & set(findings[begun:])
    def at(place, entry):
        return staged if token and os.path.lexists(staged := staging / f"{token}.{entry}") else path / place
    listed = len(findings)
    standing = numbers_of(names(path / "versions"))
    is_listed = len(findings) == listed
    versions |= {number: None for number in standing - versions.keys() if any(number in numbers for numbers in gone)}
    for number in sorted(standing | versions.keys() if is_listed else ()):
        made, version = versions.get(number), at(f"versions/{number}", f"version-{number}")
        if not os.path.lexists(version):
            if made and not unknown: find(version, "version-missing", "a line made it, none removed it")
            standing.discard(number)
        elif number in versions and not made:
            if token: standing.discard(number)
            if not unknown and not marks: find(version, "removed-version-present", "a line removed it")
        elif not is_taken(version):
            standing.add(number)
            config, code = read_document(version / "config.json", CONFIG, number, made), read(version / "code.zip")
            actual = code_of(code) if config and code is not None else {}
            if any(config.get(name) not in (None, value) for name, value in actual.items()):
                find(version / "code.zip", "code-differs", "config.json names another hash or size")
            place = {"FunctionName": [path.name], "FunctionArn": [f"{arn}:{number}"], "Version": [str(number)]}
            if config: note(version / "config.json", config, place)
            if config and not made: later += [time_of(config.get("RevisionId"))]
    changed = {f"{change['Name']}.json": "To" in change for change in last.get("Aliases", [])} if token else {}
    for name in filter(ALIAS.fullmatch, sorted({*names(path / "aliases"), *changed})):
        alias = at(f"aliases/{name}", f"alias-{name}")
        if not changed.get(name, True) or not os.path.lexists(alias): continue
        if not (document := read_document(alias, ALIASED, f"alias:{name[:-5]}")): continue
        if is_listed and pointed_to(document) - standing:
            find(alias, "alias-target-missing", "a version that it points to is not there")
        note(alias, document, {"Name": [name[:-5]], "AliasArn": [f"{arn}:{name[:-5]}"]})
        later += [time_of(document.get("RevisionId"))]
    if last and not unknown and max(later, default=0) > milliseconds(last["Time"]):
        find(history, "history-cut-short", "something was made later than its last line")
    read_document(at("function.json", "function.json"), FUNCTION_JSON, optional=True)
    if os.path.lexists(path / ".lock"): read(path / ".lock")
    if is_taken(path / "$LATEST"): return
    package, place = at("$LATEST/code.zip", "code.zip"), at("$LATEST/config.json", "config.json")
    config, code = read_document(place, CONFIG), read(package)
    if config is None or code is None: return
    note(place, config, {"FunctionName": [path.name], "FunctionArn": [arn, f"{arn}:$LATEST"], "Version": ["$LATEST"]})
    if not last: return
    fact, actual, state = last["Latest"], {**config, **code_of(code)}, os.lstat(package)
    stamp = [actual["CodeSize"], *("%d.%09d" % divmod(time, 10**9) for time in (state.st_mtime_ns, state.st_ctime_ns))]
    is_believed = stamp == [fact.get("CodeSize"), fact.get("CodeModified"), fact.get("CodeChanged") or stamp[2]]
    if is_believed and fact["CodeSha256"] != actual["CodeSha256"]:
        find(package, "code-differs", "it has the size and times that the history knows, but not the hash")
    now, code = fingerprint("$LATEST", actual, time_of(fact["RevisionId"])), code_of(code).items()
    if now == fact["RevisionId"] and any(fact[name] != value for name, value in code):
        find(history, "latest-id-differs", "$LATEST is as the last line left it, but for its hash or size")
    if left == now and seen != content_sha256(actual):
        find(history, "last-published-differs", "$LATEST was published with another ContentSha256")

if len(sys.argv) != 2 or not os.path.isdir(sys.argv[1]): sys.exit("usage: check_store.py STORE")
store, findings = pathlib.Path(sys.argv[1]), []
scope = read_document(store / "store.json", STORE_JSON, optional=True) or {}
scope = [scope.get(*of) for of in (("Partition", "aws"), ("Region", "us-east-1"), ("AccountId", "123456789012"))]
arns = "arn:{}:lambda:{}:{}:function".format(*scope) if not findings else None
for function in filter(FUNCTION.fullmatch, names(store)): check_function(store / function)
sys.exit(bool(findings))
