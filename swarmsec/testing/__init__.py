"""x."""
from swarmsec.testing.attack import check_attack
