"""The certificate of servers that are called."""

from tests.delivery.conftest import certificate as certificate
