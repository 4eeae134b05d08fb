"""Checks a store as its FORMAT.md says: prints `path: NAME: what` for each finding, exits with 1 if there is one."""
import base64, datetime, hashlib, json, os, pathlib, re, stat, sys, uuid
FUNCTION, NUMBER = re.compile(r"[A-Za-z0-9_-]{1,64}"), re.compile(r"[1-9][0-9]{0,19}")
ALIAS, MARK = re.compile(r"(?![0-9]+\.)[A-Za-z0-9_-]{1,128}\.json"), re.compile(r"[a-z0-9]{8}\.change")
TIME, UUID = re.compile(r"([\d-]{10}T[\d:]{8}\.\d{3}\+00)00"), re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NOT_COVERED = ["RevisionId", "FunctionName", "FunctionArn", "AliasArn", "Version"]
NOT_CONTENT = """Version LastModified RevisionId CodeSize FunctionName FunctionArn MasterArn RuntimeVersionConfig
    State StateReason StateReasonCode LastUpdateStatus LastUpdateStatusReason LastUpdateStatusReasonCode""".split()
DEFAULTS = {
    "Description": '""', "Timeout": "3", "MemorySize": "128", "PackageType": '"Zip"', "Architectures": '["x86_64"]',
    "TracingConfig": '{"Mode":"PassThrough"}', "EphemeralStorage": '{"Size":512}', "SnapStart": '{"ApplyOn":"None"}'}
class Number(str): """A number, as it stands in its file."""
def find(path, name, what): findings.append(name); print(f"{path.relative_to(store)}: {name}: {what}")
def refuse(what): raise ValueError(what)
def sha256(data): return hashlib.sha256(data).hexdigest()
def names(directory): return sorted(os.listdir(directory)) if directory.is_dir() else []
def without(document, members): return {name: value for name, value in document.items() if name not in members}
def unique(pairs): return dict(pairs) if len(dict(pairs)) == len(pairs) else refuse("a member stands there twice")
def parse(data):
    numbers = {"parse_int": Number, "parse_float": Number, "parse_constant": refuse}
    canonical(found := json.loads(data.decode(), object_pairs_hook=unique, **numbers)).encode()
    return found if isinstance(found, dict) else refuse("it is not an object")
def canonical(value):
    if isinstance(value, list): return "[%s]" % ",".join(map(canonical, value))
    if isinstance(value, dict): return "{%s}" % ",".join(f"{canonical(k)}:{canonical(value[k])}" for k in sorted(value))
    return str(value) if isinstance(value, Number) else json.dumps(value, ensure_ascii=False)
def code_of(data):
    return {"CodeSize": Number(len(data)), "CodeSha256": base64.b64encode(hashlib.sha256(data).digest()).decode()}
def content_sha256(document):
    group = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{document.get('FunctionName')}"}
    defaults = {**DEFAULTS, "LoggingConfig": canonical(group) if "FunctionName" in document else None}
    content = without(document, NOT_CONTENT)
    if isinstance(snap := content.get("SnapStart"), dict): content["SnapStart"] = without(snap, ["OptimizationStatus"])
    return sha256(canonical({k: v for k, v in content.items() if canonical(v) != defaults.get(k)}).encode())
def milliseconds(at): return round(datetime.datetime.fromisoformat(TIME.fullmatch(at)[1] + ":00").timestamp() * 1000)
def time_of(revision_id): return int(revision_id[:13].replace("-", ""), 16) if UUID.fullmatch(revision_id) else 0
def fingerprint(place, document, time):
    text = f"{time}\n{place}\n{canonical(without(document, NOT_COVERED))}"
    made = bytearray(time.to_bytes(6, "big") + hashlib.sha256(text.encode()).digest()[:10])
    made[6], made[8] = made[6] & 0x0F | 0x80, made[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(made)))
def read(path, optional=False):
    if os.path.lexists(path) and stat.S_ISREG(os.lstat(path).st_mode): return path.read_bytes()
    if os.path.lexists(path) or not optional: find(path, "file-missing", "there is no regular file")
def read_document(path, place=None, made=None, has_format=False):
    if (data := read(path, optional=has_format)) is None: return None
    if made not in (None, sha256(data)): return find(path, "config-differs", "it is not the one that was made")
    try: document = parse(data)
    except Exception as error: return find(path, "document-damaged", error)
    right = fingerprint(place, document, time_of(str(document.get("RevisionId"))))
    if place and document.get("RevisionId", right) != right: find(path, "fingerprint-differs", f"it should say {right}")
    if has_format and document.get("Format") != "1": find(path, "format-unknown", document.get("Format"))
    return document
def check_history(path, marks, standing):
    """Returns the last line, what the last publish left and saw, and each version's ConfigSha256 (None: removed)."""
    data = read(path, optional=True) or b""
    lines, blanks = data.rstrip().split(b"\n") if data.strip() else [], data[len(data.rstrip()):]
    last, publisher, previous, versions, facts = {}, (None, None), None, {}, (-1, 0, 0, None)
    for number, raw in enumerate(lines, 1):
        def tell(name, what): find(path, name, f"line {number}: {what}")
        before, facts, expected, previous, line = facts, None, previous, sha256(raw), None
        try:
            line = parse(raw) if number < len(lines) or b"\n" in blanks else refuse("it does not end")
            if line["Format"] != "1": tell("format-unknown", line["Format"]); continue
            latest, _ = line["Latest"], (line["Operation"], line["By"], line["Token"])
            time, moved, _ = milliseconds(line["Time"]), time_of(latest["RevisionId"]), latest["CodeSha256"]
            made = {int(version["Version"]): version["ConfigSha256"] for version in line.get("Made", [])}
            removed = [range(int(low), int(high) + 1) for low, high in line.get("Removed", [])]
            highest, published = int(line["HighestVersion"]), line.get("LastPublished", {"Version": "0"})
            named = [int(published["Version"]), *made, *(numbers.stop - 1 for numbers in removed)]
        except Exception as error:
            if line is None and number == len(lines) and set(marks) - {last.get("Token")}: break
            tell("line-damaged", repr(error)); continue
        publishes, chained = made and line["Operation"] != "Import", line.get("Previous") == expected
        facts, last = (time, highest, moved, published), line
        if publishes: publisher = (latest["RevisionId"], published.get("ContentSha256"))
        if not chained: tell("chain-broken", "Previous is not the hash of the line before")
        if before and time <= before[0]: tell("time-not-increasing", line["Time"])
        if highest < max(*named, before[1] if before else 0): tell("highest-version-too-low", highest)
        if chained and before and moved not in (time, before[2]): tell("latest-id-differs", latest["RevisionId"])
        repeats = chained and before and expected and not made
        if publishes and named[0] not in made or repeats and published != before[3]:
            tell("last-published-differs", published)
        versions |= made | {n: None for n in {*versions, *standing} if any(n in numbers for numbers in removed)}
    return last, publisher, versions
def check_function(path):
    if not {"$LATEST", "versions", "history.jsonl"} & set(names(path)): return
    staging, package, begun = path / ".staging", path / "$LATEST/code.zip", len(findings)
    marks = [name[:8] for name in names(staging) if MARK.fullmatch(name)]
    for mark in marks: find(staging / f"{mark}.change", "change-unfinished", "a writer is at work, or died")
    standing = {int(name) for name in names(path / "versions") if NUMBER.fullmatch(name)}
    last, (left, seen), versions = check_history(path / "history.jsonl", marks, standing)
    unknown = {"line-damaged", "format-unknown", "chain-broken"} & set(findings[begun:])
    read_document(path / "function.json", has_format=True)
    for name in filter(ALIAS.fullmatch, names(path / "aliases")):
        read_document(path / "aliases" / name, f"alias:{name[:-5]}")
    for number in sorted(standing | versions.keys()):
        made, staged = versions.get(number), staging / f"{last.get('Token')}.version-{number}"
        version = staged if last.get("Token") in marks and staged.exists() else path / f"versions/{number}"
        if made and not version.exists(): unknown or find(version, "version-missing", "a line made it, none removed it")
        elif made or number not in versions:
            config, code = read_document(version / "config.json", number, made), read(version / "code.zip")
            if config and code is not None and {**code_of(code), **config} != {**config, **code_of(code)}:
                find(version / "code.zip", "code-differs", "config.json names another hash or size")
        elif version.exists() and not (unknown or marks): find(version, "removed-version-present", "a line removed it")
    config, code = read_document(path / "$LATEST/config.json"), read(package)
    if not last or config is None or code is None: return
    fact, actual, state = last["Latest"], {**config, **code_of(code)}, os.lstat(package)
    stamp = [actual["CodeSize"], *("%d.%09d" % divmod(time, 10**9) for time in (state.st_mtime_ns, state.st_ctime_ns))]
    is_believed = stamp == [fact.get("CodeSize"), fact.get("CodeModified"), fact.get("CodeChanged", stamp[2])]
    if is_believed and fact["CodeSha256"] != actual["CodeSha256"]:
        find(package, "code-differs", "it has the size and times that the history knows, but not the hash")
    if left == fingerprint("$LATEST", actual, time_of(fact["RevisionId"])) and seen != content_sha256(actual):
        find(path / "history.jsonl", "last-published-differs", "$LATEST was published with another ContentSha256")

if len(sys.argv) != 2 or not os.path.isdir(sys.argv[1]): sys.exit("usage: check_store.py STORE")
store, findings = pathlib.Path(sys.argv[1]), []
read_document(store / "store.json", has_format=True)
for function in filter(FUNCTION.fullmatch, names(store)): check_function(store / function)
sys.exit(bool(findings))
