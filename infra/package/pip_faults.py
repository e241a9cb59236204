"""Why pip could not fetch the libraries, said before its own words; pure."""

import re

_HASHES = "DO NOT MATCH THE HASHES"
_UNREACHED = re.compile(r"connection broken by|Could not fetch URL|Max retries exceeded")
_NO_WHEEL = re.compile(r"No matching distribution found for (?P<wanted>\S+)")
_LINES = 20


def told(output: str, target: str) -> str:
    """The cause and how to go on in a sentence or two, then the lines of pip that say it."""
    lines = [line for line in output.splitlines() if line.strip()]
    shown = [line for line in lines if not line.startswith("WARNING:")][-_LINES:]
    if _HASHES not in output and (unreached := [line for line in lines if _UNREACHED.search(line)]):
        shown = unreached[-1:]  # what it says after that misleads
    return "\n".join([_cause(output, target), *(f"pip: {line}" for line in shown)])


def _cause(output: str, target: str) -> str:
    if _HASHES in output:
        return (
            f"a library of {target} is not the file that requirements.lock pins: have a look at the index that pip uses"
            " before you trust it"
        )
    if _UNREACHED.search(output):
        return (
            f"no package index can be reached from here, and the libraries of {target} have not been fetched yet for "
            "what requirements.lock pins. Run this again with a network, once; or name an index or a folder of wheels "
            "that can be reached (PIP_INDEX_URL, PIP_FIND_LINKS); or copy dist/lambda from a clone of this commit that "
            f"has built them for {target}"
        )
    if missing := _NO_WHEEL.search(output):
        return (
            f"the index has no wheel of {missing['wanted']} for {target}. Build for another --python or "
            "--architecture, or name an index or a folder that has it (PIP_INDEX_URL, PIP_FIND_LINKS)"
        )
    return f"the libraries of {target} could not be fetched by pip"
