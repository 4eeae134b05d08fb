"""The lines of a history, each held against the one before it, as FORMAT.md says."""
from documents import LINE, fits, milliseconds, parse, pointed_to, refuse, sha256, time_of


def check_history(data, marks, find):
    """Tells `find` what is wrong. Returns the last line, what the last publish left and saw, the ConfigSha256 of each
    version that was made (None: removed since), and the ranges of all that were removed."""
    lines, blanks = data.rstrip().split(b"\n") if data.strip() else [], data[len(data.rstrip()):]
    last, publisher, previous, versions, gone, facts = {}, (None, None), None, {}, [], (-1, 0, 0, None, None)
    for number, raw in enumerate(lines, 1):
        def tell(name, what): find(name, f"line {number}: {what}")
        before, facts, expected, previous, line = facts, None, previous, sha256(raw), None
        try:
            line = parse(raw) if number < len(lines) or b"\n" in blanks else refuse("it does not end")
            if line["Format"] != "1": tell("format-unknown", line["Format"]); continue
            if not fits(line, LINE): refuse("a member is of a wrong type")
            time, moved = milliseconds(line["Time"]), time_of(line["Latest"]["RevisionId"])
            for version in line.get("Made", []): milliseconds(version["Published"])
            made = {int(version["Version"]): version["ConfigSha256"] for version in line.get("Made", [])}
            removed = [range(int(low), int(high) + 1) for low, high in line.get("Removed", [])]
            highest, published = int(line["HighestVersion"]), line.get("LastPublished") or {"Version": "0"}
            named = [int(published["Version"]), *made, *(numbers.stop - 1 for numbers in removed)]
            named += [int(line.get("Restored") or 0)]
            for alias in line.get("Aliases", []): named += pointed_to(alias["To"]) if alias.get("To") else []
        except Exception as error:
            if line is None and number == len(lines) and set(marks) - {last.get("Token")}: break
            tell("line-damaged", repr(error)); continue
        publishes, chained = made and line["Operation"] != "Import", line.get("Previous") == expected
        latest = [line["Latest"][member] for member in ("RevisionId", "CodeSha256", "CodeSize")]
        facts, last = (time, highest, moved, published, latest), line
        if publishes: publisher = (line["Latest"]["RevisionId"], published.get("ContentSha256"))
        if not chained: tell("chain-broken", "Previous is not the hash of the line before")
        if before and time <= before[0]: tell("time-not-increasing", line["Time"])
        if highest < max(*named, before[1] if before else 0): tell("highest-version-too-low", highest)
        if chained and before and moved != time and (moved != before[2] or latest != (before[4] or latest)):
            tell("latest-id-differs", latest)
        repeats = chained and before and expected and not made
        if publishes and named[0] not in made or repeats and published != before[3]:
            tell("last-published-differs", published)
        gone, versions = gone + removed, versions | made
        if removed: versions |= {made: None for made in versions if any(made in numbers for numbers in removed)}
    return last, publisher, versions, gone
