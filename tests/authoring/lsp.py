"""A small client of the Language Server Protocol, like an editor: JSON-RPC over the pipes of a process."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from queue import Empty, Queue
from types import TracebackType
from typing import Any

ANSWER_S_MAX = 60
CURSOR = "|"
ERROR = 1


class LanguageServer:
    """A running language server for YAML.

    Args:
        command: Starts the server, which uses its standard input and output.
        settings: The settings under `yaml` in an editor.
    """

    def __init__(self, command: Sequence[str], settings: dict[str, Any] | None = None) -> None:
        self._settings = {"completion": True, "hover": True, "validate": True, "schemaStore": {"enable": False}}
        self._settings |= settings or {}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._answers: Queue[dict[str, Any]] = Queue()
        self._found: dict[str, list[dict[str, Any]]] = {}
        self._told = threading.Condition()
        self._number = self._opened = 0
        threading.Thread(target=self._read, daemon=True).start()
        self._ask("initialize", _CAPABILITIES)
        self._send({"method": "initialized", "params": {}})
        self._send({"method": "workspace/didChangeConfiguration", "params": {"settings": {"yaml": self._settings}}})

    def __enter__(self) -> LanguageServer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()

    def diagnostics(self, texts: Mapping[Path, str]) -> dict[Path, list[str]]:
        """The messages of the errors that an editor underlines in each of several files, given their texts."""
        uris = {path: self._open(path, text) for path, text in texts.items()}
        errors = {}
        for path, uri in uris.items():
            with self._told:
                assert self._told.wait_for(lambda uri=uri: uri in self._found, ANSWER_S_MAX), f"no word on {path.name}"
                errors[path] = [str(one["message"]) for one in self._found[uri] if one["severity"] == ERROR]
            self._close(uri)
        return errors

    def completion(self, path: Path, text: str) -> dict[str, dict[str, Any]]:
        """The items offered at the cursor, a `|` in the text, by label."""
        answer = self._at_cursor("textDocument/completion", path, text)
        items = answer["items"] if isinstance(answer, dict) else answer or []
        return {item["label"]: item for item in items}

    def hover(self, path: Path, text: str) -> str:
        """The text shown for the word at the cursor, a `|` in the text."""
        answer = self._at_cursor("textDocument/hover", path, text)
        contents = answer["contents"] if answer else ""
        return str(contents["value"] if isinstance(contents, dict) else contents)

    def _at_cursor(self, method: str, path: Path, text: str) -> Any:
        before, _, after = text.partition(CURSOR)
        position = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
        uri = self._open(path, before + after)
        answer = self._ask(method, {"textDocument": {"uri": uri}, "position": position})
        self._close(uri)
        return answer

    def _open(self, path: Path, text: str) -> str:
        """Open a text under a new address, because the server remembers earlier ones."""
        self._opened += 1
        uri = path.with_stem(f"{path.stem}-{self._opened}").as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        return uri

    def _close(self, uri: str) -> None:
        self._send({"method": "textDocument/didClose", "params": {"textDocument": {"uri": uri}}})

    def _ask(self, method: str, params: dict[str, Any]) -> Any:
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        while True:
            try:
                answer = self._answers.get(timeout=ANSWER_S_MAX)
            except Empty:
                raise TimeoutError(f"no answer to {method} in {ANSWER_S_MAX} s") from None
            if answer["id"] == self._number:
                assert "error" not in answer, answer["error"]
                return answer["result"]

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        while header := stream.readline():
            length = 0
            while header.strip():
                name, _, value = header.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
                header = stream.readline()
            self._take(json.loads(stream.read(length)))

    def _take(self, message: dict[str, Any]) -> None:
        method = message.get("method")
        if method == "textDocument/publishDiagnostics":
            with self._told:
                self._found.setdefault(message["params"]["uri"], message["params"]["diagnostics"])
                self._told.notify_all()
        elif method == "workspace/configuration":
            wanted = [self._settings if item.get("section") == "yaml" else {} for item in message["params"]["items"]]
            self._send({"id": message["id"], "result": wanted})
        elif method and "id" in message:
            self._send({"id": message["id"], "result": None})
        elif "id" in message:
            self._answers.put(message)


_MARKDOWN = ["markdown", "plaintext"]
_CAPABILITIES: dict[str, Any] = {
    "processId": None,
    "rootUri": None,
    "capabilities": {
        "textDocument": {
            "completion": {"completionItem": {"snippetSupport": True, "documentationFormat": _MARKDOWN}},
            "hover": {"contentFormat": _MARKDOWN},
            "publishDiagnostics": {},
        },
        "workspace": {"configuration": True},
    },
}
