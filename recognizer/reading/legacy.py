"""Files of older office programs (.doc, .xls, .wps, .et, .rtf, OpenDocument): LibreOffice makes .docx or .xlsx of them.

LibreOffice runs apart, with a profile of its own that is thrown away, macros forbidden, links not followed, and a time limit;
when it has not finished by then, it and all that it started is ended.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Literal

from ..errors import DamagedFileError, DangerousFileError, UnsupportedFormatError
from ..limits import Limits
from .package import OLE_MARK, RTF_MARK

PROGRAM = "RECOGNIZER_LIBREOFFICE"  # the environment's variable that says where it is
_NAMES = ("soffice", "libreoffice")
_USUAL_PLACES = ("/Applications/LibreOffice.app/Contents/MacOS/soffice", "C:/Program Files/LibreOffice/program/soffice.exe")

_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
 <item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse">
  <value>3</value></prop></item>
 <item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse">
  <value>true</value></prop></item>
 <item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse">
  <value>true</value></prop></item>
 <item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableActiveContent" oor:op="fuse">
  <value>true</value></prop></item>
 <item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>0</value></prop></item>
 <item oor:path="/org.openoffice.Office.Calc/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
</oor:items>
"""

# What a container holds, by the names of its streams, and what an OpenDocument file says it is.
_SHEETS = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book"))
_WORDS = "WordDocument".encode("utf-16-le")
_PARTS_WITHIN = 1_000  # bytes from the start of an OpenDocument or XML file within which it says what it is


def program() -> str | None:
    """The path of LibreOffice, None where there is none; RECOGNIZER_LIBREOFFICE comes first."""
    named = os.environ.get(PROGRAM)
    if named is not None:
        return shutil.which(named)
    found = next((path for path in map(shutil.which, _NAMES) if path), None)
    return found or next((place for place in _USUAL_PLACES if os.access(place, os.X_OK)), None)


def converted(data: bytes, path: Path, limits: Limits) -> tuple[Literal["word", "workbook"], bytes]:
    """What the file becomes (a Word file or a workbook), and its bytes.

    Raises UnsupportedFormatError where LibreOffice is missing or the file is none that it is asked for, DangerousFileError
    where it takes longer than the limit, DamagedFileError where nothing comes of it.
    """
    kind, suffix = _kind(data, path)
    office = program()
    if office is None:
        reason = f"{_NAMED[suffix]}, which only LibreOffice can open, and there is none on this machine"
        hint = "install LibreOffice, or save the file as .docx or .xlsx"
        raise UnsupportedFormatError(reason, path=path, hint=hint)
    wanted = "docx" if kind == "word" else "xlsx"
    with tempfile.TemporaryDirectory(prefix="recognizer-office-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        source = place / f"source{suffix}"
        source.write_bytes(data)
        said = _run(office, source, wanted, place, path, limits.convert_seconds)
        made = place / "made" / f"source.{wanted}"
        if not made.is_file():
            reason = " ".join(said.split())[-200:]
            raise DamagedFileError(f"LibreOffice could not open it{f': {reason}' if reason else ''}", path=path,
                                   hint="open it in the program that made it and save it as .docx or .xlsx")
        if made.stat().st_size > limits.package_bytes:
            raise DangerousFileError(f"LibreOffice made more than {limits.package_bytes / 1e6:,.0f} MB of it", path=path)
        return kind, made.read_bytes()


_NAMED = {
    ".doc": "an old Word or WPS document (.doc, .wps)", ".xls": "an old Excel or WPS workbook (.xls, .et)",
    ".rtf": "a rich-text file (.rtf)", ".odt": "an OpenDocument text (.odt)", ".ods": "an OpenDocument sheet (.ods)",
    ".xml": "a Word or Excel file of 2003 (.xml)"}


def _kind(data: bytes, path: Path) -> tuple[Literal["word", "workbook"], str]:
    """What LibreOffice is to make of a file, and the suffix by which it knows what it is given."""
    opening = data[:_PARTS_WITHIN]
    if data.startswith(RTF_MARK):
        return "word", ".rtf"
    if data.startswith(OLE_MARK):
        if _WORDS in data:
            return "word", ".doc"
        if any(name in data for name in _SHEETS):
            return "workbook", ".xls"
        if path.suffix.lower() in (".wps", ".doc"):
            return "word", ".doc"
        if path.suffix.lower() in (".et", ".xls"):
            return "workbook", ".xls"
        raise UnsupportedFormatError("an old office file of an unknown kind", path=path, hint="save it as .docx or .xlsx")
    if b"opendocument.spreadsheet" in opening:
        return "workbook", ".ods"
    if b"opendocument.text" in opening:
        return "word", ".odt"
    if b"Excel." in opening:
        return "workbook", ".xml"
    if b"Word." in opening:
        return "word", ".xml"
    reason = "an OpenDocument file that is neither text nor sheet"
    raise UnsupportedFormatError(reason, path=path, hint="save it as .docx or .xlsx")


def _run(office: str, source: Path, wanted: str, place: Path, path: Path, seconds: float) -> str:
    """Converts `source` into the folder `made` of `place`; returns what LibreOffice said."""
    profile = place / "profile" / "user"
    profile.mkdir(parents=True)
    (profile / "registrymodifications.xcu").write_text(_PROFILE, "utf-8")
    command = [office, "--headless", "--invisible", "--norestore", "--nolockcheck", "--nodefault", "--nofirststartwizard",
               f"-env:UserInstallation={profile.parent.as_uri()}", "--convert-to", wanted, "--outdir", str(place / "made"),
               str(source)]
    environment = {**os.environ, "HOME": str(place), "SAL_USE_VCLPLUGIN": "svp"}
    apart = {} if sys.platform == "win32" else {"start_new_session": True}
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=place,
                          env=environment, **apart) as process:  # type: ignore[call-overload]
        try:
            said, _ = process.communicate(timeout=seconds)
        except BaseException as error:
            _end(process)
            if isinstance(error, subprocess.TimeoutExpired):
                raise DangerousFileError(f"LibreOffice took more than {seconds:g} seconds over it", path=path) from error
            raise
    return str(said.decode("utf-8", "replace"))


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends the program and all that it started."""
    if sys.platform == "win32":
        process.kill()
        return
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
