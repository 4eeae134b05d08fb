#!/usr/bin/env python3
"""Checks a store as its FORMAT.md says: prints `path: NAME: what` for each finding, exits with 1 if there is one."""
import base64, datetime, hashlib, json, os, pathlib, re, stat, sys, types, uuid

FUNCTION, NUMBER = re.compile(r"[A-Za-z0-9_-]{1,64}"), re.compile(r"[1-9][0-9]{0,19}")
ALIAS = re.compile(r"(?![0-9]+\.)([A-Za-z0-9_-]{1,128})\.json")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000")
NOT_COVERED = ["RevisionId", "FunctionName", "FunctionArn", "AliasArn", "Version"]
NOT_CONTENT = """Version LastModified RevisionId CodeSize FunctionName FunctionArn MasterArn RuntimeVersionConfig
    State StateReason StateReasonCode LastUpdateStatus LastUpdateStatusReason LastUpdateStatusReasonCode""".split()
DEFAULTS = {"Description": '""', "Timeout": "3", "MemorySize": "128", "PackageType": '"Zip"',
            "TracingConfig": '{"Mode":"PassThrough"}', "Architectures": '["x86_64"]',
            "EphemeralStorage": '{"Size":512}', "SnapStart": '{"ApplyOn":"None"}'}
TYPES = {"Time": str, "Operation": str, "By": str, "Token": str, "HighestVersion": int, "Latest": dict}
DAMAGE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)

class Number(str): """A number, as it stands in its file."""
def find(path, name, what): findings.append(f"{path.relative_to(store)}: {name}: {what}")
def refuse(what): raise ValueError(what)
def sha256(data): return hashlib.sha256(data).hexdigest()
def names(directory): return sorted(os.listdir(directory)) if directory.is_dir() else []
def without(document, members): return {name: value for name, value in document.items() if name not in members}
def unique(pairs): return dict(pairs) if len(dict(pairs)) == len(pairs) else refuse("a member stands there twice")
def parse(data, number=Number):
    found = json.loads(data.decode(), object_pairs_hook=unique, parse_int=number, parse_float=Number, parse_constant=refuse)
    canonical(found).encode()
    return found if isinstance(found, dict) else refuse("it is not an object")
def canonical(value, depth=0):
    def inner(item): return canonical(item, depth + 1) if depth < 128 else refuse("it is nested too deep")
    if isinstance(value, list): return "[" + ",".join(map(inner, value)) + "]"
    if isinstance(value, dict): return "{" + ",".join(f"{inner(name)}:{inner(value[name])}" for name in sorted(value)) + "}"
    return str(value) if isinstance(value, Number) else json.dumps(value, ensure_ascii=False)

def content_sha256(document):
    content, group = without(document, NOT_CONTENT), "/aws/lambda/%s" % document.get("FunctionName")
    if isinstance(content.get("SnapStart"), dict):
        content["SnapStart"] = without(content["SnapStart"], ["OptimizationStatus"])
    logging = canonical({"LogFormat": "Text", "LogGroup": group}) if "FunctionName" in document else None
    default = {**DEFAULTS, "LoggingConfig": logging}
    return sha256(canonical({k: v for k, v in content.items() if canonical(v) != default.get(k)}).encode())
def time_of(revision_id): return uuid.UUID(revision_id).int >> 80
def fingerprint(place, document, time):
    text = f"{time}\n{place}\n{canonical(without(document, NOT_COVERED))}"
    made = bytearray(time.to_bytes(6, "big") + hashlib.sha256(text.encode()).digest()[:10])
    made[6], made[8] = made[6] & 0x0F | 0x80, made[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(made)))

def read(path):
    if os.path.lexists(path) and stat.S_ISREG(os.lstat(path).st_mode): return path.read_bytes()
    find(path, "file-missing", "there is no regular file")
def read_document(path, place=None, made=None, has_format=False):
    if (data := read(path)) is None: return None
    if made not in (None, sha256(data)): return find(path, "config-differs", "it is not the one that was made")
    try: document = parse(data)
    except DAMAGE as error: return find(path, "document-damaged", error)
    if has_format and document.get("Format") != "1": find(path, "format-unknown", document.get("Format"))
    if place and (said := document.get("RevisionId")) is not None:
        try: right = fingerprint(place, document, time_of(said))
        except DAMAGE: right = "any UUID"
        if said != right: find(path, "fingerprint-differs", f"it says {said}, which should be {right}")
    return document

def facts_of(line):
    """Returns what a line is judged by; fails where a member is missing or of a wrong type."""
    for member, kind in TYPES.items(): type(line[member]) is kind or refuse(f"{member} is of a wrong type")
    moment = datetime.datetime.strptime(TIME.fullmatch(line["Time"])[0], "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()
    made = {version["Version"]: version["ConfigSha256"] for version in line.get("Made", [])}
    removed, published = [(first, last) for first, last in line.get("Removed", [])], line.get("LastPublished", {"Version": 0})
    base64.b64decode(line["Latest"]["CodeSha256"]), line["Latest"]["CodeSize"] + 0
    return types.SimpleNamespace(
        time=round(moment * 1000), moved=time_of(line["Latest"]["RevisionId"]), made=made, removed=removed, line=line,
        published=published, named=max([published["Version"], *made, *(last for _, last in removed)]))
def check_history(path, marks):
    """Returns the facts of the last line and of the last that published, and all versions that lines made or removed."""
    *lines, torn = (os.path.lexists(path) and read(path) or b"").split(b"\n")
    while lines and not (torn + lines[-1]).strip(): lines.pop()
    ends, lines = len(lines), lines + ([torn] if torn.strip() else [])
    before = publisher = hash_before = None
    versions = {}
    for number, raw in enumerate(lines, 1):
        def tell(name, what): find(path, name, f"line {number}: {what}")
        try: line = parse(raw, int) if number <= ends else refuse("it does not end")
        except DAMAGE as error:
            if number < len(lines) or not set(marks) - {before and before.line["Token"]}: tell("line-damaged", error)
