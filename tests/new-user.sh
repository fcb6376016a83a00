#!/usr/bin/env bash
# A new user's first minutes, in their order, on a clean checkout: start the gateway, draw a picture with the line it prints,
# point OpenAI's client at it, open the dashboard, look at health and metrics, stop it. test.sh runs it at its end.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$(mktemp -d)
gateway=
finish() {
  [ -z "$gateway" ] || kill "$gateway" 2>/dev/null || true
  wait
  rm -rf "$folder"
}
trap finish EXIT
say() { echo "new-user.sh: $*"; }
die() { say "$*" >&2; [ ! -f "$folder/log" ] || cat "$folder/log" >&2; exit 1; }
until_true() { # until_true SECONDS WHAT COMMAND...: asks until the command succeeds, as long as the gateway runs
  local deadline=$((SECONDS + $1)) what=$2; shift 2
  until "$@"; do
    kill -0 "$gateway" 2>/dev/null || die "the gateway has ended before: $what"
    [ $SECONDS -lt $deadline ] || die "still not after its time: $what"
    sleep 0.2
  done
}
# Keys of this shell's owner must not make the providers real.
for name in $(compgen -e | grep -E '^(OPENAI|AZURE|GATEWAY|ASPNETCORE|DOTNET_ENV)' || true); do unset "$name"; done

# What a clone would have, with what is not committed yet, and nothing that was built here; whoever the checkout belongs to.
mkdir "$folder/clone"
git -c safe.directory="$PWD" ls-files -z --cached --others --exclude-standard --deduplicate | while IFS= read -rd '' file; do [ ! -e "$file" ] || printf '%s\0' "$file"; done |
  tar --null -T - -c | tar -x -C "$folder/clone"
cd "$folder/clone"
git init -q && git add -A

# The README's first command; a port of its own where somebody has the usual one.
if (exec 3<>/dev/tcp/127.0.0.1/8080) 2>/dev/null; then export ASPNETCORE_URLS=http://127.0.0.1:0; fi
MSBUILDDISABLENODEREUSE=1 dotnet run --project src/ImageGateway >"$folder/log" 2>&1 &
gateway=$!
until_true 600 "the gateway prints a curl line" grep -q '^ *curl -s http' "$folder/log"
url=$(sed -n 's/^ImageGateway listens on //p' "$folder/log")
demo=$(sed -n 's/^ *demo key *//p' "$folder/log")
admin=$(sed -n 's/^ *admin key *//p' "$folder/log")
say "built and started in $SECONDS s: $url"

mkdir "$folder/pictures" && cd "$folder/pictures"
eval "$(sed -n 's/^ *\(curl -s http.*\)/\1/p' "$folder/log")"
[ "$(head -c 8 lighthouse.png | od -An -tx1 | tr -d ' ')" = 89504e470d0a1a0a ] || die "the printed curl line drew no picture"
say "first picture, $(stat -c %s lighthouse.png) bytes, $SECONDS s after the clone"

clients="$folder/clone/tests/ImageGateway.SystemTests/clients"
(cd "$clients" && npm ci --no-audit --no-fund --silent) || die "npm ci failed"
node="$clients/node_modules/node/bin/node"
[ -x "$node" ] || node=node
answer=$(GATEWAY_URL=$url GATEWAY_KEY=$demo INPUT='{"model":"final","prompt":"a lighthouse at noon"}' "$node" "$clients/generate.mjs")
jq -e '.target == "openai/gpt-image-1" and (.images.data[0].b64_json | startswith("iVBOR"))' <<<"$answer" >/dev/null || die "OpenAI's client got no picture"
say "a picture by OpenAI's client"

page=$(curl -sSfL "$url/dashboard")
assets=$(grep -oE '(src|href)="[^"#:]+"' <<<"$page" | cut -d'"' -f2)
[ -n "$assets" ] || die "the dashboard has no script"
for asset in $assets; do curl -sSf -o /dev/null "$url/dashboard/${asset#/dashboard/}" || die "the dashboard lacks $asset"; done
spent() { curl -sSf -H "Authorization: Bearer $admin" "$url/admin/v1/ledger" | jq -e '[.data[] | select(.status == "completed" and .charge_usd > 0)] | length == 2' >/dev/null; }
until_true 15 "both pictures are in the ledger, with what they cost" spent
say "the dashboard, and both pictures in the ledger"

[ "$(curl -sSf "$url/healthz/ready" | jq -r .status)" = healthy ] || die "the gateway is not ready"
metrics=$(curl -sSf "$url/metrics")
[ "$(grep '^imagegateway_requests_total{.*outcome="completed"' <<<"$metrics" | awk '{ n += $NF } END { print n }')" = 2 ] || die "/metrics has not counted two pictures: $metrics"
say "ready, and counted in /metrics"

kill -TERM "$gateway"
code=0; wait "$gateway" || code=$?
gateway=
[ $code = 0 ] || die "the gateway ended with $code"
! curl -s -o /dev/null "$url/healthz/live" || die "something still answers at $url"
left=$(git -C "$folder/clone" ls-files --others --modified --exclude-standard)
[ -z "$left" ] || die "a first run leaves files that git would take: $left"
say "stopped, and left nothing behind: $SECONDS s in all"
