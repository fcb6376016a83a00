#!/usr/bin/env bash
# Installs what the tests need (Debian and npm packages), builds, runs every test, and closes with "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")"

# Debian keeps the programs of PostgreSQL's server off the path.
has() { PATH="$PATH:$(printf '%s:' /usr/lib/postgresql/*/bin)" command -v "$1" >/dev/null; }

install() { # install PACKAGE...: installs Debian packages
  local sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
  [ -n "${apt_updated:-}" ] || { $sudo apt-get update -qq; apt_updated=1; }
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq "$@" >/dev/null
}

need() { # need COMMAND PACKAGE...: installs the Debian packages when the command is missing
  local command=$1; shift
  has "$command" && return
  install "$@"
  has "$command" || { echo "test.sh: $command is missing and '$*' did not bring it" >&2; exit 1; }
}
need npm nodejs npm
need chromium chromium
need initdb postgresql
need strace strace
need redis-server redis-server
need jq jq
need curl curl
need git git
need python3 python3
python3 -c "import requests" 2>/dev/null || install python3-requests

for packages in clients Deploy/schemas; do
  (cd tests/ImageGateway.SystemTests/$packages && npm ci --no-audit --no-fund --silent) || { echo "test.sh: npm ci failed in $packages" >&2; exit 1; }
done
dotnet build ImageGateway.sln -c Release --nologo -v quiet || { echo "0 passed, 1 failed"; exit 1; }

results=artifacts/test-results
rm -rf $results
status=0
# One project after the other: both at once keep two cores so busy that servers and their time limits show it.
dotnet test ImageGateway.sln -m:1 -c Release --no-build --nologo --logger trx --results-directory $results || status=1

# Runs that are no test projects count as one test each.
passed=0; failed=0
one() { # one NAME COMMAND...
  local name=$1; shift
  if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "test.sh: $name failed" >&2; fi
}
# The benchmarks must run; what they measure in so short a time says nothing.
one "the benchmark's smoke run" dotnet run -c Release --no-build --project tests/ImageGateway.Benchmarks -- proxy --smoke
# Builds a copy of its own; when nothing else runs, since it takes the usual port.
one "the new user's first minutes" bash tests/new-user.sh

# Each check of the chaos run counts as a test. A run that breaks off is one that failed.
chaos=$results/chaos.log
timeout --foreground --signal=INT --kill-after=30 300 dotnet tests/ImageGateway.Chaos/bin/Release/net10.0/ImageGateway.Chaos.dll chaos --seconds 60 --seed 1 2>&1 | tee $chaos
checks() { sed -nE "s/^([0-9]+) checks passed, ([0-9]+) failed$/\\$1/p" $chaos; }

# One closing line over all test projects, summed from their result files.
count() { { cat $results/*.trx 2>/dev/null || true; } | grep -o '<Counters [^>]*' | grep -o " $1=\"[0-9]*\"" | tr -dc '0-9\n' | awk '{ n += $1 } END { print n + 0 }'; }
passed=$((passed + $(count passed) + $(checks 1 | grep . || echo 0)))
failed=$((failed + $(count failed) + $(checks 2 | grep . || echo 1)))
[ "$passed" -gt 0 ] || { echo "test.sh: no test ran" >&2; status=1; }
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] || status=1
exit $status
