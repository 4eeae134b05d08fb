#!/usr/bin/env python3
"""What Python programs do with boto3, on a running `lambda-store serve`.

    with_boto3.py (life | signed | throttled) URL

Every answer is held against the model that boto3 has of Lambda, by its JSON as it came: a member that the
model does not know, a kind or a value that it does not allow, and a null end the program.
"""

import base64
import hashlib
import io
import json
import sys
import urllib.request
import uuid
import zipfile

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, WaiterError

ROLE = "arn:aws:iam::123456789012:role/demo"
NAME = "boto"
KINDS = {"string": str, "integer": int, "long": int, "boolean": bool, "double": (int, float)}


def check_value(shape, value, path):
    kind = shape.type_name
    if kind == "structure":
        assert isinstance(value, dict), f"{path}: {value!r}"
        members = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        for name, member in value.items():
            assert name in members, f"{path}.{name} is not in the model"
            check_value(members[name], member, f"{path}.{name}")
        for name in shape.required_members:
            assert name in value, f"{path}.{name} is missing"
    elif kind == "list":
        assert isinstance(value, list), f"{path}: {value!r}"
        for item in value:
            check_value(shape.member, item, f"{path}[]")
    elif kind == "map":
        assert isinstance(value, dict), f"{path}: {value!r}"
        for name, item in value.items():
            check_value(shape.value, item, f"{path}.{name}")
    else:
        assert isinstance(value, KINDS[kind]), f"{path} is no {kind}: {value!r}"
        assert isinstance(value, bool) == (kind == "boolean"), f"{path} is no {kind}: {value!r}"
        assert value in (getattr(shape, "enum", None) or [value]), f"{path}: {value!r}"


def check_answer(http_response, parsed, model, **_):
    uuid.UUID(parsed["ResponseMetadata"]["RequestId"])
    if http_response.status_code >= 300:
        code = parsed["Error"]["Code"]
        shapes = {shape.error_code: shape for shape in model.error_shapes}
        # What every service refuses before it knows the operation is in no model.
        if code in shapes:
            assert http_response.status_code == shapes[code].metadata["error"]["httpStatusCode"]
            check_value(shapes[code], json.loads(http_response.content), code)
        assert parsed["Error"]["Message"], parsed
    elif http_response.content:
        check_value(model.output_shape, json.loads(http_response.content), model.name)
    else:
        assert http_response.status_code in (202, 204), http_response.status_code


def client(url, key=("x", "x", None), **retries):
    made = boto3.client(
        "lambda",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=key[0],
        aws_secret_access_key=key[1],
        aws_session_token=key[2],
        config=Config(retries={"mode": "standard", **retries}),
    )
    made.meta.events.register("after-call.lambda", check_answer)
    return made


def package(text):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo("app.py"), text)
    return file.getvalue()


def sha256_of(content):
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def raised(error, call, **parameters):
    """Sees that a call fails with this error, and returns what came."""
    try:
        call(**parameters)
    except error as found:
        return found.response
    raise AssertionError(f"no {error} for {parameters}")


def refused(code, call, **parameters):
    found = raised(ClientError, call, **parameters)
    assert found["Error"]["Code"] == code, found
    assert found["ResponseMetadata"]["HTTPStatusCode"] == 403, found


def fetched(url, **headers):
    request = urllib.request.Request(url, headers=headers)
    with urllib.request.urlopen(request) as response:
        return response.status, response.read()


def is_downloaded(answer, content):
    """Sees that a package is got where an answer says, whole and in part."""
    assert answer["Configuration"]["CodeSha256"] == sha256_of(content)
    location = answer["Code"]["Location"]
    assert fetched(location) == (200, content)
    assert fetched(location, Range="bytes=4-9") == (206, content[4:10])
    assert fetched(location, Range="bytes=-5") == (206, content[-5:])


def create(aws, content, **parameters):
    return aws.create_function(
        FunctionName=NAME,
        Runtime="python3.13",
        Handler="app.handler",
        Role=ROLE,
        Code={"ZipFile": content},
        **parameters,
    )


def wait_for_all(aws):
    versions = {"published_version_active": {"Qualifier": "1"}}
    for name in aws.waiter_names:
        aws.get_waiter(name).wait(FunctionName=NAME, **versions.get(name, {}))
        # One that is not there comes to no end but this.
        waiter = aws.get_waiter(name)
        waiter.config.max_attempts = 1
        try:
            waiter.wait(FunctionName="nope", **versions.get(name, {}))
        except WaiterError:
            continue
        raise AssertionError(f"{name} waited for nothing")


def change_latest(aws, first, second):
    changed = {"Timeout": 9, "Description": "Grüße 🚀", "Environment": {"Variables": {"STAGE": "test"}}}
    configured = aws.update_function_configuration(FunctionName=NAME, **changed)
    assert changed.items() <= configured.items(), configured
    stale = {"FunctionName": NAME, "RevisionId": "00000000-0000-0000-0000-000000000000"}
    for call, parameters in [
        (aws.update_function_configuration, {"Timeout": 8}),
        (aws.update_function_code, {"ZipFile": second}),
        (aws.publish_version, {}),
    ]:
        raised(aws.exceptions.PreconditionFailedException, call, **stale, **parameters)
    tried = aws.update_function_code(FunctionName=NAME, ZipFile=second, DryRun=True)
    assert tried["CodeSha256"] == sha256_of(second)
    read = aws.get_function_configuration(FunctionName=NAME)
    assert read["CodeSha256"] == sha256_of(first)
    assert changed.items() <= read.items(), read
    revision = read["RevisionId"]
    updated = aws.update_function_code(FunctionName=NAME, ZipFile=second, RevisionId=revision)
    assert updated["CodeSha256"] == sha256_of(second) and updated["RevisionId"] != revision
    wrong = raised(
        aws.exceptions.InvalidParameterValueException,
        aws.update_function_code,
        FunctionName=NAME,
        ZipFile=b"this is no zip",
    )
    assert wrong["ResponseMetadata"]["HTTPStatusCode"] == 400


def shift_and_roll_back(aws):
    live = {"FunctionName": NAME, "Name": "live"}
    made = aws.create_alias(**live, FunctionVersion="1", Description="what is live")
    assert made["FunctionVersion"] == "1"
    for weight in (0.1, 0.5):
        weights = {"AdditionalVersionWeights": {"2": weight}}
        assert aws.update_alias(**live, RoutingConfig=weights)["RoutingConfig"] == weights
    none = {"AdditionalVersionWeights": {}}
    moved = aws.update_alias(**live, FunctionVersion="2", RoutingConfig=none)
    assert moved["FunctionVersion"] == "2" and not moved.get("RoutingConfig"), moved
    raised(
        aws.exceptions.PreconditionFailedException,
        aws.update_alias,
        **live,
        FunctionVersion="1",
        RevisionId=made["RevisionId"],
    )
    back = aws.update_alias(**live, FunctionVersion="1", RevisionId=moved["RevisionId"])
    assert back["FunctionVersion"] == "1" and back["Description"] == "what is live", back
    assert aws.get_alias(**live)["RevisionId"] == back["RevisionId"]


def pages(aws, operation, **parameters):
    """Returns the items of a list, each of which comes in a page of its own."""
    paginator = aws.get_paginator(operation)
    found = list(paginator.paginate(PaginationConfig={"PageSize": 1}, **parameters))
    (name,) = [key.expression for key in paginator.result_keys]
    items = [item for page in found for item in page[name]]
    assert all(len(page[name]) <= 1 for page in found)
    assert len(found) in (len(items), len(items) + 1), (operation, len(found))
    return items


def life(url):
    aws = client(url)
    first, second = package("first"), package("second")
    created = create(aws, first, Publish=True, Tags={"team": "green"})
    assert (created["Version"], created["CodeSha256"]) == ("1", sha256_of(first))
    raised(aws.exceptions.ResourceConflictException, create, aws=aws, content=first)
    wait_for_all(aws)
    assert aws.get_function(FunctionName=NAME)["Tags"] == {"team": "green"}
    change_latest(aws, first, second)
    published = aws.publish_version(FunctionName=NAME, CodeSha256=sha256_of(second), Description="two")
    assert (published["Version"], published["Description"]) == ("2", "two")
    is_downloaded(aws.get_function(FunctionName=NAME, Qualifier="1"), first)
    is_downloaded(aws.get_function(FunctionName=NAME, Qualifier="2"), second)
    shift_and_roll_back(aws)
    is_downloaded(aws.get_function(FunctionName=f"{NAME}:live"), first)

    for name in ("beta", "canary"):
        aws.create_alias(FunctionName=NAME, Name=name, FunctionVersion="2")
    versions = pages(aws, "list_versions_by_function", FunctionName=NAME)
    assert [version["Version"] for version in versions] == ["$LATEST", "1", "2"]
    aliases = pages(aws, "list_aliases", FunctionName=NAME)
    assert [alias["Name"] for alias in aliases] == ["beta", "canary", "live"]
    aliases = pages(aws, "list_aliases", FunctionName=NAME, FunctionVersion="1")
    assert [alias["Name"] for alias in aliases] == ["live"]
    functions = pages(aws, "list_functions")
    assert [function["FunctionName"] for function in functions] == [NAME]
    everything = pages(aws, "list_functions", FunctionVersion="ALL")
    assert [function["Version"] for function in everything] == ["$LATEST", "1", "2"]

    is_pointed_at = aws.exceptions.ResourceConflictException
    raised(is_pointed_at, aws.delete_function, FunctionName=NAME, Qualifier="1")
    aws.delete_alias(FunctionName=NAME, Name="live")
    aws.delete_function(FunctionName=NAME, Qualifier="1")
    is_gone = aws.exceptions.ResourceNotFoundException
    raised(is_gone, aws.get_function, FunctionName=NAME, Qualifier="1")
    raised(is_gone, aws.get_alias, FunctionName=NAME, Name="live")
    aws.delete_function(FunctionName=NAME)
    raised(is_gone, aws.get_function, FunctionName=NAME)
    assert pages(aws, "list_functions") == []


def signed(url):
    temporary = ("ASIAEXAMPLE", "other", "session/TOKEN+=")
    content = package("signed")
    aws = client(url, temporary)
    create(aws, content)
    is_downloaded(aws.get_function(FunctionName=NAME), content)
    aws.update_function_configuration(FunctionName=NAME, Description="Grüße 🚀")
    by_arn = "arn:aws:lambda:us-east-1:123456789012:function:boto:$LATEST"
    for key in [temporary, ("AKIDEXAMPLE", "secret/of+EXAMPLE", None)]:
        aws = client(url, key)
        read = aws.get_function_configuration(FunctionName=by_arn)
        del read["ResponseMetadata"]
        assert read["Description"] == "Grüße 🚀"
        assert len(pages(aws, "list_functions", FunctionVersion="ALL")) == 1
        parameters = {"FunctionName": by_arn.removesuffix(":$LATEST"), "Qualifier": "$LATEST"}
        presigned = aws.generate_presigned_url("get_function", Params=parameters)
        status, body = fetched(presigned)
        assert status == 200
        assert json.loads(body)["Configuration"] == read
    for key, code in [
        (("AKIDEXAMPLE", "wrong", None), "InvalidSignatureException"),
        (("AKIDUNKNOWN", "secret/of+EXAMPLE", None), "UnrecognizedClientException"),
        (("ASIAEXAMPLE", "other", "wrong"), "UnrecognizedClientException"),
    ]:
        refused(code, client(url, key).list_functions)
        refused(code, create, aws=client(url, key), content=content)


def throttled(url):
    # A slow machine may take more than a second for two calls, which is none too many.
    patient = client(url, total_max_attempts=10)
    answers = (patient.list_functions()["ResponseMetadata"] for _ in range(50))
    assert any(answer["RetryAttempts"] for answer in answers), "nothing was tried again"
    hasty = client(url, total_max_attempts=1)
    try:
        for _ in range(50):
            hasty.list_functions()
    except hasty.exceptions.TooManyRequestsException as error:
        assert error.response["Reason"] == "CallerRateLimitExceeded", error.response
        assert int(error.response["retryAfterSeconds"]) >= 1, error.response
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 429, error.response
    else:
        raise AssertionError("nothing was refused")


{"life": life, "signed": signed, "throttled": throttled}[sys.argv[1]](sys.argv[2])
