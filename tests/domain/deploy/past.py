"""What went before: attempts to deploy that the tests of this folder begin with."""

from domain.deploy.deployments import DeploymentFinished, DeploymentRolledBack, DeploymentStarted

ONE, TWO, OLD = (f"sha256:{n:064x}" for n in (1, 2, 9))
STARTED = DeploymentStarted(attempt="a1", candidate_digest=ONE, authorization="auth-1", deployer="dora")
SUCCEEDED = DeploymentFinished(attempt="a1", result="succeeded", digest_found=ONE)
ROLLED_BACK = DeploymentRolledBack(attempt="a1", to_digest=OLD, cause="it leaked")
AGAIN = DeploymentStarted(attempt="a2", candidate_digest=TWO)
