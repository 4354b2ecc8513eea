"""The system's calls, made slow or refused: a library of a few lines in front of the C library.

What it does is told by environment variables, so that one process that it was loaded into can ask
for another thing with every child: REFUSE_… is an errno to answer with, SLOW_… are microseconds.
"""

import atexit
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import pytest

SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int refused(const char *name) {
    const char *value = getenv(name);
    if (value) errno = atoi(value);
    return value != 0;
}
static void slow(const char *name) {
    const char *value = getenv(name);
    if (!value) return;
    struct timespec rest = {atoi(value) / 1000000, atoi(value) % 1000000 * 1000};
    while (nanosleep(&rest, &rest)) continue; /* a disk isn't woken by a signal either */
}
#define PLAIN(name, ...) ((int (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))

int flock(int file, int how) {
    return refused("REFUSE_FLOCK") ? -1 : PLAIN("flock", int, int)(file, how);
}
int fsync(int file) {
    struct stat status;
    int is_folder = fstat(file, &status) == 0 && S_ISDIR(status.st_mode);
    slow(is_folder ? "SLOW_FOLDER_FSYNC" : "SLOW_FSYNC");
    if (is_folder && refused("REFUSE_FOLDER_FSYNC")) return -1;
    return PLAIN("fsync", int)(file);
}
int chmod(const char *path, mode_t mode) {
    return refused("REFUSE_CHMOD") ? -1 : PLAIN("chmod", const char *, mode_t)(path, mode);
}
int fchmod(int file, mode_t mode) {
    return refused("REFUSE_CHMOD") ? -1 : PLAIN("fchmod", int, mode_t)(file, mode);
}
int fchmodat(int folder, const char *path, mode_t mode, int flags) {
    if (refused("REFUSE_CHMOD")) return -1;
    return PLAIN("fchmodat", int, const char *, mode_t, int)(folder, path, mode, flags);
}
int renameat2(int one, const char *from, int other, const char *to, unsigned flags) {
    if (refused("REFUSE_EXCHANGE")) return -1;
    return PLAIN("renameat2", int, const char *, int, const char *, unsigned)
        (one, from, other, to, flags);
}
int unlinkat(int folder, const char *path, int flags) {
    slow("SLOW_UNLINK");
    return PLAIN("unlinkat", int, const char *, int)(folder, path, flags);
}
"""


@cache
def library() -> Path | None:
    """The library, compiled once; None where nothing compiles it."""
    compiler = shutil.which("cc")
    if sys.platform != "linux" or compiler is None:
        return None
    folder = Path(tempfile.mkdtemp(prefix="refusing-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "refusing.c").write_text(SOURCE)
    command = [compiler, "-shared", "-fPIC", "-o", "refusing.so", "refusing.c", "-ldl"]
    subprocess.run(command, cwd=folder, check=True)
    return folder / "refusing.so"


needs_library = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("cc") is None, reason="needs Linux and a C compiler"
)
