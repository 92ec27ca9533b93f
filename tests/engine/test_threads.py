import subprocess
import sys

SCRIPT = """
from pharmakon.engine.threads import one_thread
with one_thread():
    import scipy.linalg, numpy
    from threadpoolctl import threadpool_info
    print(*{pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"})
"""


def test_a_library_that_was_not_loaded_yet_is_limited_too():
    env = {"OPENBLAS_NUM_THREADS": "4", "PATH": ""}
    found = subprocess.run([sys.executable, "-c", SCRIPT], env=env, capture_output=True, text=True, check=True)
    assert found.stdout == "1\n"
