"""Writes the page of the default policy: `python -m milepost.policies > docs/policy.md`."""

import sys

from milepost.policies import default_policy
from milepost.policies.policy_document import policy_page

sys.stdout.write(policy_page(default_policy()))
