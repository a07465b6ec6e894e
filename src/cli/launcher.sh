# What stands in front of each built command and is run by /bin/sh before Node: it makes the process
# what the program was written for, by documented means alone (spec/node.md, decision 22).
# .dev/build.mjs puts it into a comment that JavaScript skips. It ends by becoming Node, so that the
# process stays the one that was started.

# What Node undoes before our first line runs, noted for daemon/inheritance.ts: descriptors that are
# closed will lead to /dev/null, and signals that are ignored (or blocked) will not be any more.
# A child tries the signals out, since what a shell ignores itself does not show in its children.
SPIPED_CLOSED=
{ true 3<&0; } 2>/dev/null || SPIPED_CLOSED=0
{ true 3>&1; } 2>/dev/null || SPIPED_CLOSED=${SPIPED_CLOSED}1
true 3>&2 || SPIPED_CLOSED=${SPIPED_CLOSED}2
SPIPED_IGNORED=$(/bin/sh -c 'for s in HUP INT QUIT USR1 USR2 ALRM
do i=SIG$s; trap i= $s; kill -s $s $$; printf "%s " $i; done')
export SPIPED_CLOSED SPIPED_IGNORED

# What would change how Node runs without anybody asking for it here; PWD is not what it was.
unset PWD NODE_OPTIONS NODE_PATH NODE_DEBUG NODE_DEBUG_NATIVE NODE_V8_COVERAGE NODE_EXTRA_CA_CERTS \
  NODE_REDIRECT_WARNINGS NODE_PENDING_DEPRECATION NODE_COMPILE_CACHE NODE_CHANNEL_FD \
  NODE_CHANNEL_SERIALIZATION_MODE NODE_UNIQUE_ID UV_USE_IO_URING

SPIPED_NODE=${SPIPED_NODE:-node}
if ! command -v "$SPIPED_NODE" >/dev/null; then
  echo "${0##*[/]}: cannot start: $SPIPED_NODE is not in PATH; Node.js 20.12 or newer is needed" >&2
  exit 1
fi
# What serves in the foreground keeps its heap small. Not all others, since with any option of V8
# Node starts 15 ms slower; daemon/background.ts gives the same ones to what serves in the background.
heap=
for word do
  case $word in --*) ;; -*F*) heap='--max-semi-space-size=1 --expose-gc' ;; esac
done
# An inspector that a signal asks for gets an address that is no machine's (RFC 5737). The variables
# are meant to be several words.
# shellcheck disable=SC2086
exec "$SPIPED_NODE" --inspect-port=192.0.2.1:9229 $heap $SPIPED_NODE_OPTIONS "$0" "$@"
