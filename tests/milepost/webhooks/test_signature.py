"""Signing what is brought."""

import base64

from milepost.webhooks.signature import KEY_BYTES, PREFIX, new_secret, signed


def test_is_what_standard_webhooks_has() -> None:
    """The example of that specification's own libraries."""
    assert signed("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
                  b'{"test": 2432232314}') == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }  # fmt: skip


def test_covers_the_message_the_moment_and_the_body() -> None:
    secret = new_secret()
    proofs = [
        signed(key, message, moment, body)["webhook-signature"]
        for key, message, moment, body in (
            (secret, "m", 1, b"x"), (new_secret(), "m", 1, b"x"), (secret, "n", 1, b"x"), (secret, "m", 2, b"x"),
            (secret, "m", 1, b"y"),
        )
    ]  # fmt: skip
    assert len(set(proofs)) == 5


def test_has_a_key_of_its_own_for_everybody() -> None:
    secrets = {new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert {len(base64.b64decode(one.removeprefix(PREFIX))) for one in secrets} == {KEY_BYTES}
