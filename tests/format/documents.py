"""What documents and lines are, as FORMAT.md says: JSON, its canonical form, types, fingerprints."""
import base64, datetime, hashlib, json, pathlib, re, uuid
TIME, UUID = re.compile(r"([\d-]{10}T[\d:]{8}\.\d{3}\+00)00"), re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
COUNT, WHOLE, NUMBER = re.compile(r"[0-9]{1,20}"), re.compile(r"-?[0-9]+"), re.compile(r"[1-9][0-9]{0,19}")
NOT_COVERED = ["RevisionId", "FunctionName", "FunctionArn", "AliasArn", "Version"]
NOT_CONTENT = """Version LastModified RevisionId CodeSize FunctionName FunctionArn MasterArn RuntimeVersionConfig
    State StateReason StateReasonCode LastUpdateStatus LastUpdateStatusReason LastUpdateStatusReasonCode""".split()
DEFAULTS = {
    "Description": '""', "Timeout": "3", "MemorySize": "128", "PackageType": '"Zip"', "Architectures": '["x86_64"]',
    "TracingConfig": '{"Mode":"PassThrough"}', "EphemeralStorage": '{"Size":512}', "SnapStart": '{"ApplyOn":"None"}'}
SHAPES = json.loads((pathlib.Path(__file__).parents[1] / "lambda-shapes.json").read_text())["shapes"]  # AWS's model
STATE = {"FunctionVersion": "String", "Description?": "String", "RoutingConfig?": "AliasRoutingConfiguration"}
LINE = {
    "Format": COUNT, "Time": TIME, "Operation": "String", "By": "String", "Token": "String", "HighestVersion": COUNT,
    "Made?": [{"Version": COUNT, "ConfigSha256": "String", "Published": TIME}], "Removed?": [[COUNT]],
    "Aliases?": [{"Name": "String", "From?": STATE, "To?": STATE, "RevisionId?": "String"}], "Restored?": COUNT,
    "FoundEdited?": ["String"], "LastPublished?": {"Version": COUNT, "ContentSha256": "String"}, "Previous?": "String",
    "Latest": {"RevisionId": "String", "CodeSha256": "String", "CodeSize": COUNT, "CodeModified?": "String",
               "CodeChanged?": "String"}}
CONFIG, ALIAS = "FunctionConfiguration", {
    "FunctionVersion": re.compile(r"\$LATEST|[1-9][0-9]{0,19}"), "Name?": "String", "AliasArn?": "String",
    "Description?": "String", "RoutingConfig?": "AliasRoutingConfiguration", "RevisionId?": "String"}
FUNCTION_JSON = {"Format?": "Integer", "Tags?": "Tags"}
QUOTAS = """TotalCodeSize CodeSizeZipped CodeSizeUnzipped MemorySize Timeout EphemeralStorage EnvironmentSize Layers
    Tags""".split()
STORE_JSON = {
    "Format?": "Integer", "AccountId?": re.compile("[0-9]{12}"), "Region?": "String", "Partition?": "String",
    "Quotas?": {f"{quota}?": COUNT for quota in QUOTAS}}


class Number(str):
    """A number, as it stands in its file."""


def refuse(what):
    raise ValueError(what)


def numbers_of(texts): return {int(text) for text in texts if NUMBER.fullmatch(text) and int(text) < 2**64}
def pointed_to(alias):
    """Returns the numbers of the versions that an alias refers to."""
    routing = alias.get("RoutingConfig") or {}
    return numbers_of([alias["FunctionVersion"], *(routing.get("AdditionalVersionWeights") or {})])
def sha256(data):
    return hashlib.sha256(data).hexdigest()


def without(document, members):
    return {name: value for name, value in document.items() if name not in members}


def unique(pairs):
    return dict(pairs) if len(dict(pairs)) == len(pairs) else refuse("a member stands there twice")


def parse(data):
    numbers = {"parse_int": Number, "parse_float": Number, "parse_constant": refuse}
    found = json.loads(data.decode(), object_pairs_hook=unique, **numbers)
    canonical(found).encode()
    return found if isinstance(found, dict) else refuse("it is not an object")


def canonical(value, depth=0):
    if depth > 128:
        refuse("it is nested too deep")
    if isinstance(value, list):
        return "[%s]" % ",".join(canonical(item, depth + 1) for item in value)
    if isinstance(value, dict):
        members = (f"{canonical(name)}:{canonical(value[name], depth + 1)}" for name in sorted(value))
        return "{%s}" % ",".join(members)
    return str(value) if isinstance(value, Number) else json.dumps(value, ensure_ascii=False)


def fits(value, kind):
    """Says whether a value is of a type: one of the model by its name, or one that is written above."""
    if isinstance(kind, list):
        return isinstance(value, list) and all(fits(item, kind[0]) for item in value)
    if isinstance(kind, dict):
        members = ((key.rstrip("?"), key.endswith("?"), of) for key, of in kind.items())
        return isinstance(value, dict) and all(
            optional if value.get(name) is None else fits(value[name], of) for name, optional, of in members)
    if isinstance(kind, re.Pattern):
        is_text = isinstance(value, str) and isinstance(value, Number) == (kind is COUNT)
        return is_text and kind.fullmatch(value) is not None and (kind is not COUNT or int(value) < 2**64)
    shape, is_number = SHAPES[kind], isinstance(value, Number)
    if shape["type"] == "structure":
        return fits(value, {f"{member['name']}?": member["shape"] for member in shape["members"]})
    if shape["type"] == "list":
        return fits(value, [shape["member"]])
    if shape["type"] == "map":
        return isinstance(value, dict) and all(fits(item, shape["value"]) for item in value.values())
    if shape["type"] == "string":
        return isinstance(value, str) and not is_number
    if shape["type"] == "boolean":
        return isinstance(value, bool)
    return is_number and (shape["type"] == "double" or WHOLE.fullmatch(value) is not None)


def code_of(data):
    return {"CodeSize": Number(len(data)), "CodeSha256": base64.b64encode(hashlib.sha256(data).digest()).decode()}


def content_sha256(document):
    group = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{document.get('FunctionName')}"}
    defaults = {**DEFAULTS, "LoggingConfig": canonical(group) if document.get("FunctionName") else None}
    content = without(document, NOT_CONTENT)
    if isinstance(snap := content.get("SnapStart"), dict):
        content["SnapStart"] = without(snap, ["OptimizationStatus"])
    return sha256(canonical({k: v for k, v in content.items() if canonical(v) != defaults.get(k)}).encode())


def milliseconds(at):
    since_1970 = round(datetime.datetime.fromisoformat(TIME.fullmatch(at)[1] + ":00").timestamp() * 1000)
    return since_1970 if since_1970 >= 0 else refuse(f"{at} is before 1970")


def time_of(revision_id):
    return int(revision_id[:13].replace("-", ""), 16) if UUID.fullmatch(str(revision_id)) else 0


def fingerprint(place, document, time):
    text = f"{time}\n{place}\n{canonical(without(document, NOT_COVERED))}"
    made = bytearray(time.to_bytes(6, "big") + hashlib.sha256(text.encode()).digest()[:10])
    made[6], made[8] = made[6] & 0x0F | 0x80, made[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(made)))
