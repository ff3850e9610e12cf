"""The formats that kube-apiserver checks in custom resources."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import math
import re
import uuid
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from jsonschema import FormatChecker

CHECKER: Final = FormatChecker(formats=())
_HOSTNAME: Final = re.compile(r"[a-zA-Z0-9]([-a-zA-Z0-9]{0,62})?(\.[a-zA-Z0-9]([-a-zA-Z0-9]{0,62})?)*")
_DURATION: Final = re.compile(
    r"[-+]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h|d|w)((\d+(\.\d*)?)(ns|us|µs|μs|ms|s|m|h|d|w))*|0"
)
_DATE_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_MAIL: Final = re.compile(r"[^@\s<>]+@[^@\s<>]+")
_SHAPES: Final = {
    "mac": re.compile(r"[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}"),
    "bsonobjectid": re.compile(r"[0-9a-fA-F]{24}"),
    "hexcolor": re.compile(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})"),
    "ssn": re.compile(r"\d{3}[- ]?\d{2}[- ]?\d{4}"),
    "email": _MAIL,
    "hostname": _HOSTNAME,
    "duration": _DURATION,
}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _shape(name: str) -> None:
    def check(value: object) -> bool:
        text = _text(value)
        return text is None or _SHAPES[name].fullmatch(text) is not None

    CHECKER.checks(name)(check)


for _name in _SHAPES:
    _shape(_name)


def _integer(name: str, bits: int) -> None:
    def check(value: object) -> bool:
        return not isinstance(value, int) or isinstance(value, bool) or -(2 ** (bits - 1)) <= value < 2 ** (bits - 1)

    CHECKER.checks(name)(check)


_integer("int32", 32)
_integer("int64", 64)


@CHECKER.checks("float")
def _float(value: object) -> bool:
    return not isinstance(value, float) or math.isinf(value) or abs(value) <= 3.4028234663852886e38


@CHECKER.checks("date-time", raises=ValueError)
@CHECKER.checks("datetime", raises=ValueError)
def _date_time(value: object) -> bool:
    text = _text(value)
    if text is None:
        return True
    if not _DATE_TIME.fullmatch(text):
        return False
    datetime.strptime(text[:19].upper(), "%Y-%m-%dT%H:%M:%S")  # noqa: DTZ007 - only whether it can be read
    return True


@CHECKER.checks("date", raises=ValueError)
def _date(value: object) -> bool:
    text = _text(value)
    return text is None or datetime.strptime(text, "%Y-%m-%d") is not None  # noqa: DTZ007


@CHECKER.checks("ipv4", raises=ValueError)
def _ipv4(value: object) -> bool:
    text = _text(value)
    return text is None or bool(ipaddress.IPv4Address(text))


@CHECKER.checks("ipv6", raises=ValueError)
def _ipv6(value: object) -> bool:
    text = _text(value)
    return text is None or bool(ipaddress.IPv6Address(text))


@CHECKER.checks("cidr", raises=ValueError)
def _cidr(value: object) -> bool:
    text = _text(value)
    return text is None or ("/" in text and bool(ipaddress.ip_interface(text)))


@CHECKER.checks("uri", raises=ValueError)
def _uri(value: object) -> bool:
    text = _text(value)
    return text is None or bool(urlsplit(text).scheme) or text.startswith("/")


@CHECKER.checks("uuid", raises=ValueError)
def _uuid(value: object) -> bool:
    text = _text(value)
    return text is None or bool(uuid.UUID(text))


@CHECKER.checks("byte", raises=binascii.Error)
def _byte(value: object) -> bool:
    text = _text(value)
    return text is None or base64.b64decode(text, validate=True) is not None
